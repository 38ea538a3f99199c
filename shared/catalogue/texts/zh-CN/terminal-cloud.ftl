# 投递失败的消息，以及拆分旧版密钥：bangding cloud。

letters-none = 没有投递失败的消息。
letters-shown = { $queue }：约 { $count } 条，只显示 { $shown } 条
letters-put-back = { $queue }：放回 { $count } 条，剩 { $left } 条
letters-queue-failed = 队列 { $queue } 没有处理成（{ $cause }）；之前已放回的不变，可以再执行一次
letters-queues-unread = 找不到队列：{ $cause }
letters-queues-missing = 这个区域里没有部署 { $stack } 的队列：检查 --stack 和区域
letters-queue-unknown = 这里没有队列 { $name }；有 { $known }
letters-unknown = { $queue } 里现在看不到投递失败的消息 { $id }；用 list 看有哪些，SQS 每组一次只显示十条

split-none = 没有绑定还留着旧版密钥
split-nothing = 不用拆分
split-done = 已拆分；旧版密钥还在。部署新版后用 --remove-former 再执行一次
split-rotation-waits = 没有拆分：有回调密钥或 AppSecret 等待启用。先用旧版的 bangding rotate promote 启用，再执行本命令
split-kept = 之前已拆分；旧版密钥还在。部署新版后用 --remove-former 再执行一次
split-removed = 旧版密钥已移除，30 天内可以恢复
