# 冲突、拦下的变更、隔离、等待，以及审计日志。

conflicts-none = ● 没有等人处理的冲突
conflict-line = ▲ { $id }-{ $field }  { $who } 的 { $field }：钉钉 { $dingtalk }，eHR { $ehr }；自 { $since }，现在两边用{ $side }的值
conflict-open = 等人决定：bangding conflict resolve { $id }-{ $field } --keep dingtalk|ehr
conflict-resolved = { $by } 于 { $at } 决定；收回：bangding conflict resolve { $id }-{ $field } --undo
conflict-moot = { $at } 起不必再决定：值后来又变了

holds-none = ● 没有拦下的变更
hold-line = ■ { $id }  拦下 { $count } 条，自 { $since }：{ $reason }
hold-open = 放行：bangding hold release { $id }
hold-released = { $by } 已放行，下次同步写入；收回：bangding hold release { $id } --undo
hold-applied = 放行后已写入（{ $run }）
hold-gone = 不再需要：{ $run } 没有再发现

quarantine-none = ● 没有隔离的记录
quarantine-line = ■ { $id }  { $who }：{ $cause }，自 { $since }（{ $reason }）
quarantine-identity = 说不清是谁
quarantine-refused = 一边不收
quarantine-person = 要人来做
quarantine-waits = 已试 { $tries } 次，下次 { $next }；现在就试：bangding quarantine retry { $id }
quarantine-gone = { $at } 已解除

waiting-none = ● 没有在等的
waiting-line = … { $who }  { $what }
waiting-line-field = … { $who } { $field }  { $what }
waiting-day = 即将生效 { $on }：{ $what }
waiting-day-entry = 入职
waiting-day-leaving = 离职
waiting-day-change = 更改 { $fields }
waiting-employee = 等员工自己在钉钉里改
waiting-retry = { $next } 再试（{ $reason }）
waiting-person = 隔离，等人处理（{ $reason }）
waiting-sweep = 名单里缺，等下一次完整同步确认
waiting-grace = 已离开，宽限到 { $next } 才移除

history-never-written = ● { $who } 的 { $field }：同步从没有写过，两边从一开始就一致，或还没有读到
history-why = ● { $who } { $change }
history-refused = ■ { $at } 又要写成 { $after }，没有写进去：{ $reason }
history-change = { $field }：{ $at } 在{ $side }里由 { $before } 改为 { $after }，由{ $owner }决定{ $lost }（{ $reason }；运行 { $run } 第 { $entry } 条）
history-lost-conflict = ；两边都改过，{ $side }的 { $before } 没有保留
history-lost-edit = ；{ $side }里有人改成的 { $before } 被覆盖
history-owner-shared = 后改的一边
history-head = ● { $who } 的变更 { $count } 条

audit-intact = ● 审计日志完好：{ $runs } 次运行，{ $entries } 条，与存档里的 { $copies } 份链头一致{ $open }
audit-open = ；另有 { $runs } 次运行没有结束，其末尾若有缺失看不出来
audit-broken-entry = ■ 审计日志被动过：运行 { $run } 第 { $entry } 条起不对（{ $reason }）。用备份比对这次运行
audit-broken-head = ■ 审计日志被动过：第 { $entry } 次运行的链头不对（{ $reason }）。用备份比对

orders-none = ● 还没有人操作过
order-line = { $mark } { $at }  { $by }  { $action }  { $about }  { $outcome }
order-line-reason = { $mark } { $at }  { $by }  { $action }  { $about }  { $outcome }：{ $reason }
order-begun = 已开始，没有结果
order-done = 已完成
order-refused = 被拒绝
order-failed = 失败
