# 遞送失敗的訊息，以及拆分舊版金鑰：bangding cloud。

letters-none = 沒有遞送失敗的訊息。
letters-shown = { $queue }：約 { $count } 則，只顯示 { $shown } 則
letters-put-back = { $queue }：放回 { $count } 則，剩 { $left } 則
letters-queue-failed = 佇列 { $queue } 沒有處理成功（{ $cause }）；之前已放回的不變，可以再執行一次
letters-queues-unread = 找不到佇列：{ $cause }
letters-queues-missing = 這個區域裡沒有部署 { $stack } 的佇列：檢查 --stack 和區域
letters-queue-unknown = 這裡沒有佇列 { $name }；有 { $known }
letters-unknown = { $queue } 裡目前看不到遞送失敗的訊息 { $id }；用 list 看有哪些，SQS 每組一次只顯示十則

split-none = 沒有綁定還留著舊版金鑰
split-nothing = 不需要拆分
split-done = 已拆分；舊版金鑰還在。部署新版後用 --remove-former 再執行一次
split-rotation-waits = 沒有拆分：有回呼金鑰或 AppSecret 等待啟用。先用舊版的 bangding rotate promote 啟用，再執行本指令
split-kept = 之前已拆分；舊版金鑰還在。部署新版後用 --remove-former 再執行一次
split-removed = 舊版金鑰已移除，30 天內可以還原
