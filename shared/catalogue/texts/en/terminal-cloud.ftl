# Dead letters, and the split of former secrets: bangding cloud.

letters-none = There are no dead letters.
letters-shown = { $queue }: { $shown } of about { $count } are shown
letters-put-back = { $queue }: { $count } put back, { $left } left
letters-queue-failed = the queue { $queue } could not be worked on ({ $cause }); what was put back before stays so, and the command can be run again
letters-queues-unread = the queues could not be found: { $cause }
letters-queues-missing = there are no queues of the stack { $stack } in this region: check --stack and the region
letters-queue-unknown = there is no queue { $name } here; there are { $known }
letters-unknown = { $queue } has no dead letter { $id } that can be seen now; `list` shows them, and SQS shows ten of a group at a time

split-none = no binding has a secret of the version before
split-nothing = nothing to split
split-done = split; the former secret is still there. Deploy, then give --remove-former
split-rotation-waits = not split: callback keys or an AppSecret wait. End that with `bangding rotate promote` of the version before, then give the command again
split-kept = was split before; the former secret is still there. Deploy, then give --remove-former
split-removed = the former secret is removed, and can be restored for 30 days
