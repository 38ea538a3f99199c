# 變更計畫、暫停、影子模式和目前的策略。

plan-state-open = 待核准
plan-state-approved = 已核准
plan-state-applying = 執行中
plan-state-applied = 已執行
plan-state-superseded = 已被取代
plan-state-failed = 沒有做成
plan-write-create = 新增
plan-write-update = 更新
plan-write-remove = 移除
plan-write-restore = 還原
plan-head = { $id }  { $state }  新增 { $created } 更新 { $updated } 移除 { $removed } 攔下 { $held }  策略版本 { $policy }  雜湊 { $hash }
plan-not-made = ■ 計畫沒有做成：{ $reasons }
plan-made = ● 變更計畫  { $head }
plan-of-kind = { $kind }：新增 { $created } 更新 { $updated } 移除 { $removed }
plan-calls = （{ $calls }）
plan-calls-separator = ，
plan-cost = 執行時要呼叫釘釘 { $calls } 次{ $each }，佔每月額度 { $metered } 次，約 { $seconds } 秒
plan-next = 還沒有寫入任何資料。明細：bangding plan show { $id }；核准：bangding approve { $id }；執行：bangding apply { $id }
plan-held = ■ 攔下 { $count } 筆：{ $reason }
plan-approved-by = ● { $by } 核准了 { $head }
plan-apply-next = 執行：bangding apply { $id }
plan-stopped = ▲ 停在 { $done } / { $items }：{ $reason }。用同一個指令接著執行
plan-applied = ● 計畫已執行
plan-outcomes = 已寫入 { $applied } 原本就是 { $already } 因有變動未執行 { $refused } 失敗 { $failed }
plan-not-applied = ■ #{ $number } { $kind }：{ $reason }
plan-not-applied-more = ■ 另有 { $count } 筆
plan-reading = 正在讀取兩邊，不寫入任何資料
plan-progress = { $message } { $bar } { $position } / { $total }，約 { $eta }
plan-none = 還沒有變更計畫：用 bangding plan 做一份
plan-column-action = 動作
plan-column-record = 對象
plan-column-side = 寫到
plan-column-field = 欄位
plan-column-before = 變更前
plan-column-after = 變更後
plan-column-why = 原因

writing-paused = ● 已暫停：兩邊都不再寫入；停在原處的計畫 { $stopped } 份。要繼續請用 bangding resume
writing-plans-silent = ▲ { $silent } 份計畫沒有回應：執行它的程式已經不在，或最後一次寫入還沒有回應
writing-resumed = ● 已恢復寫入；接著執行的計畫 { $plans } 份
writing-shadow-on = ● 影子模式：每天做一份變更計畫，什麼都不寫；正式啟用請用 bangding shadow off
writing-shadow-off = ● 已正式啟用：變更會寫入

policy-active-pending = ▲ 策略版本 { $version } 已設為目前策略，但預覽之前什麼都不寫：先 bangding plan，看過後 approve，再 apply
policy-active-same = ● 策略沒有變化，仍是版本 { $version }
policy-active = ● 目前策略：版本 { $version }
