# 当前状态：bangding status。

status-writing = ● 变更会写入
status-paused = ■ { $by } 已暂停，自 { $since }：不写入任何一边。继续：bangding resume
status-shadow = ▲ 影子模式：只做变更计划，什么都不写。上线：bangding shadow off
status-policy = ● 策略：版本 { $version } 已设定并已执行
status-policy-pending = ■ 策略：已设定版本 { $set }，上次执行的是版本 { $applied }；预览之前什么都不写：bangding plan，看过后 approve，再 apply

status-sweep = { $mark } 上次同步：{ $began } 至 { $ended }，{ $outcome }
status-sweep-complete = 完整
status-sweep-waits = 其中有项目等人处理
status-sweep-closed = 什么都没有写，要先由人放开
status-sweep-partial = 不完整
status-sweep-continues = 还在继续
status-sweep-unknown = ▲ 上次同步：{ $began } 开始；结果不明
status-sweep-never = ▲ 上次同步：没有记录
status-troubles = { "    " }没有同步到位：{ $count } 条
status-access = { "    " }应用的可见范围等人处理：bangding up 会说明怎么做

status-budget = 今天的保护额度：
status-spent = { "    " }{ $what }：{ $spent } / { $limit }
status-spent-unknown = { "    " }{ $what }：{ $spent }；上限不明，还没有一次同步统计过公司人数
status-removals = 在 eHR 中标为离职的人员
status-deletions = 在钉钉中删除的人员
status-departments = 移除的部门，连同其下人员
status-field-changed = { $field }有变更的人员
status-field-emptied = { $field }被清空的人员
status-refused = { "    " }一次太多、等下次同步的变更：{ $count } 条
status-budget-closed = { "    " }拦下的太多，无法逐条保存：其余等一次完整同步

status-nothing = ● 没有等人处理的
status-count-more = 前 50 条中 { $count } 条，其余不明
status-holds = ■ 拦下的变更 { $count } 批，共 { $records } 条：bangding hold list
status-released = … 已放行、等下次同步写入的变更：{ $count } 批
status-conflicts = ▲ 冲突：{ $count }：bangding conflict list
status-quarantine = ■ 隔离的记录：{ $count }：bangding quarantine list
status-retry = 现在就试：bangding quarantine retry { $id }
status-plan-approve = ■ 变更计划 { $id }（{ $items } 条）等待批准：先 bangding plan show { $id }，再 bangding approve { $id }
status-plan-apply = ■ 变更计划 { $id }（{ $items } 条）已批准，尚未执行完：bangding apply { $id }
