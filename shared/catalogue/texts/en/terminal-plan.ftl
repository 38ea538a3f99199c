# Plans, the pause, shadow mode and the active policy.

plan-state-open = open
plan-state-approved = approved
plan-state-applying = applying
plan-state-applied = applied
plan-state-superseded = superseded
plan-state-failed = failed
plan-write-create = create
plan-write-update = update
plan-write-remove = remove
plan-write-restore = restore
plan-head = { $id }  { $state }  created { $created } updated { $updated } removed { $removed } held { $held }  policy { $policy }  hash { $hash }
plan-not-made = ■ the plan could not be made: { $reasons }
plan-made = ● plan  { $head }
plan-of-kind = { $kind }: created { $created } updated { $updated } removed { $removed }
plan-calls = { " " }({ $calls })
plan-calls-separator = { ", " }
plan-cost = applying it takes { $calls } calls to DingTalk{ $each }, { $metered } of the month's quota, about { $seconds } s
plan-next = nothing was written. Look: bangding plan show { $id }; approve: bangding approve { $id }; apply: bangding apply { $id }
plan-held =
    ■ held, { $count ->
        [one] one record
       *[other] { $count } records
    }: { $reason }
plan-approved-by = ● { $by } approved { $head }
plan-apply-next = apply: bangding apply { $id }
plan-stopped = ▲ stopped at { $done } of { $items }: { $reason }. The same command goes on
plan-applied = ● the plan is applied
plan-outcomes = applied { $applied } already so { $already } refused { $refused } failed { $failed }
plan-not-applied = ■ #{ $number } { $kind }: { $reason }
plan-not-applied-more = ■ and { $count } more
plan-reading = reading both sides, writing nothing
plan-progress = { $message } { $bar } { $position } / { $total }, about { $eta }
plan-none = no plans yet: `bangding plan` makes one
plan-column-action = action
plan-column-record = record
plan-column-side = written to
plan-column-field = field
plan-column-before = before
plan-column-after = after
plan-column-why = why

writing-paused = ● paused: nothing more is written to either side; plans that stopped: { $stopped }. `bangding resume` goes on
writing-plans-silent = ▲ plans that did not answer: { $silent }. The process that applied them is gone, or its last write has no answer yet
writing-resumed = ● writing goes on; plans that continue: { $plans }
writing-shadow-on = ● shadow mode: a plan a day, nothing is written; `bangding shadow off` goes live
writing-shadow-off = ● live: changes are written

policy-active-pending = ▲ policy version { $version } is active and writes nothing before its preview: `bangding plan`, look, `approve`, `apply`
policy-active-same = ● nothing changed: policy version { $version }
policy-active = ● active policy: version { $version }
