# 变更计划、暂停、影子模式和当前策略。

plan-state-open = 待批准
plan-state-approved = 已批准
plan-state-applying = 执行中
plan-state-applied = 已执行
plan-state-superseded = 已被取代
plan-state-failed = 没有做成
plan-write-create = 新增
plan-write-update = 更新
plan-write-remove = 移除
plan-write-restore = 恢复
plan-head = { $id }  { $state }  新增 { $created } 更新 { $updated } 移除 { $removed } 拦下 { $held }  策略版本 { $policy }  散列 { $hash }
plan-not-made = ■ 计划没有做成：{ $reasons }
plan-made = ● 变更计划  { $head }
plan-of-kind = { $kind }：新增 { $created } 更新 { $updated } 移除 { $removed }
plan-calls = （{ $calls }）
plan-calls-separator = ，
plan-cost = 执行要调用钉钉 { $calls } 次{ $each }，占月度额度 { $metered } 次，约 { $seconds } 秒
plan-next = 还没有写入任何数据。明细：bangding plan show { $id }；批准：bangding approve { $id }；执行：bangding apply { $id }
plan-held = ■ 拦下 { $count } 条：{ $reason }
plan-approved-by = ● { $by } 批准了 { $head }
plan-apply-next = 执行：bangding apply { $id }
plan-stopped = ▲ 停在 { $done } / { $items }：{ $reason }。同一条命令接着执行
plan-applied = ● 计划已执行
plan-outcomes = 已写入 { $applied } 本来已是 { $already } 因有变动未执行 { $refused } 失败 { $failed }
plan-not-applied = ■ #{ $number } { $kind }：{ $reason }
plan-not-applied-more = ■ 另有 { $count } 条
plan-reading = 正在读取两边，不写任何数据
plan-progress = { $message } { $bar } { $position } / { $total }，约 { $eta }
plan-none = 还没有变更计划：bangding plan 做一份
plan-column-action = 动作
plan-column-record = 对象
plan-column-side = 写到
plan-column-field = 字段
plan-column-before = 之前
plan-column-after = 之后
plan-column-why = 原因

writing-paused = ● 已暂停：不再写入任何一边；停在原处的计划 { $stopped } 份。继续用 bangding resume
writing-plans-silent = ▲ { $silent } 份计划没有回应：执行它的进程已不在，或最后一次写入还没有答复
writing-resumed = ● 已恢复写入；接着执行的计划 { $plans } 份
writing-shadow-on = ● 影子模式：每天做一份变更计划，什么都不写；上线用 bangding shadow off
writing-shadow-off = ● 已上线：变更会写入

policy-active-pending = ▲ 策略版本 { $version } 已设为当前，但预览之前什么都不写：bangding plan，看过后 approve，再 apply
policy-active-same = ● 策略没有变化，仍是版本 { $version }
policy-active = ● 当前策略：版本 { $version }
