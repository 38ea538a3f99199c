# Where a binding stands: `bangding status`.

status-writing = ● changes are written
status-paused = ■ paused by { $by } since { $since }: nothing is written to either side. Go on: bangding resume
status-shadow = ▲ shadow mode: plans are made, nothing is written. Go live: bangding shadow off
status-policy = ● policy: version { $version } is set and applied
status-policy-pending = ■ policy: version { $set } is set, version { $applied } was applied last; nothing is written before its preview: bangding plan, look, approve, apply

status-sweep = { $mark } last sweep: { $began } to { $ended }, { $outcome }
status-sweep-complete = complete
status-sweep-waits = something in it waited for a person
status-sweep-closed = nothing was written, because somebody has to open the way first
status-sweep-partial = not complete
status-sweep-continues = it continues
status-sweep-unknown = ▲ last sweep: began at { $began }; how it ended is not known
status-sweep-never = ▲ last sweep: none is known
status-troubles = { "    " }records that did not get there: { $count }
status-access = { "    " }what the app may read waits for a person: bangding up says what to do

status-budget = today's budget of the guard:
status-spent = { "    " }{ $what }: { $spent } of { $limit }
status-spent-unknown = { "    " }{ $what }: { $spent }; the limit is not known, no sweep has counted the company yet
status-removals = people marked left in the eHR
status-deletions = people deleted in DingTalk
status-departments = departments removed, with the people below them
status-field-changed = people whose { $field } changed
status-field-emptied = people whose { $field } was emptied
status-refused = { "    " }changes that were too many and wait for the next sweep: { $count }
status-budget-closed = { "    " }more was refused than is kept one by one: the rest waits for a complete sweep

status-nothing = ● nothing waits for a person
status-count-more = { $count } among the first 50; how many more is not known
status-holds = ■ held changes: { $count }, with { $records } records: bangding hold list
status-released = … held changes that were released and wait for the next sweep: { $count }
status-conflicts = ▲ conflicts: { $count }: bangding conflict list
status-quarantine = ■ quarantined records: { $count }: bangding quarantine list
status-retry = try now: bangding quarantine retry { $id }
status-plan-approve = ■ plan { $id } ({ $items } records) waits for approval: bangding plan show { $id }, then bangding approve { $id }
status-plan-apply = ■ plan { $id } ({ $items } records) is approved and not applied: bangding apply { $id }
