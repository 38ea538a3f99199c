# Conflicts, holds, quarantine, what waits, and the journal.

conflicts-none = ● no conflict waits for a decision
conflict-line = ▲ { $id }-{ $field }  { $field } of { $who }: DingTalk { $dingtalk }, the eHR { $ehr }; since { $since }; both sides now have the value of { $side }
conflict-open = waits: bangding conflict resolve { $id }-{ $field } --keep dingtalk|ehr
conflict-resolved = decided by { $by } at { $at }; take it back: bangding conflict resolve { $id }-{ $field } --undo
conflict-moot = nothing to decide since { $at }: the value changed again

holds-none = ● nothing is held
hold-line =
    ■ { $id }  { $count ->
        [one] one record
       *[other] { $count } records
    } held since { $since }: { $reason }
hold-open = let it pass: bangding hold release { $id }
hold-released = released by { $by }, the next sweep writes it; take it back: bangding hold release { $id } --undo
hold-applied = released and written ({ $run })
hold-gone = not needed any more: { $run } did not find it

quarantine-none = ● no record is in quarantine
quarantine-line = ■ { $id }  { $who }: { $cause }, since { $since } ({ $reason })
quarantine-identity = it is not certain who this is
quarantine-refused = a side refuses it
quarantine-person = only a person can do it
quarantine-waits = tries { $tries }, next { $next }; try now: bangding quarantine retry { $id }
quarantine-gone = over since { $at }

waiting-none = ● nothing waits
waiting-line = … { $who }  { $what }
waiting-line-field = … { $who } { $field }  { $what }
waiting-day = on { $on }: { $what }
waiting-day-entry = entry
waiting-day-leaving = leaving
waiting-day-change = change of { $fields }
waiting-employee = waits for the employee to change it in DingTalk
waiting-retry = tried again at { $next } ({ $reason })
waiting-person = in quarantine, waits for a person ({ $reason })
waiting-sweep = missing in the lists; the next complete sweep decides
waiting-grace = left; removed when the grace period ends at { $next }

history-never-written = ● { $field } of { $who }: the sync never wrote it; both sides agreed from the start, or it was not read yet
history-why = ● { $who } { $change }
history-refused = ■ at { $at } it was to become { $after } and was not written: { $reason }
history-change = { $field }: at { $at } it became { $after } in { $side }, from { $before }, because { $owner } decides{ $lost } ({ $reason }; run { $run }, entry { $entry })
history-lost-conflict = ; both sides had changed it, and { $before } of { $side } lost
history-lost-edit = ; someone had changed it to { $before } in { $side }, and that lost
history-owner-shared = the side that changed it last
history-head =
    ● { $count ->
        [one] one change
       *[other] { $count } changes
    } of { $who }

audit-intact = ● the journal is intact: runs { $runs }, entries { $entries }; equal to the copies in the archive ({ $copies }){ $open }
audit-open = ; runs that were not closed: { $runs }; entries missing at their end would not show
audit-broken-entry = ■ the journal was tampered with: run { $run }, entry { $entry }: { $reason }. Compare this run with a backup
audit-broken-head = ■ the journal was tampered with: the head of run number { $entry }: { $reason }. Compare it with a backup

orders-none = ● no order was given yet
order-line = { $mark } { $at }  { $by }  { $action }  { $about }  { $outcome }
order-line-reason = { $mark } { $at }  { $by }  { $action }  { $about }  { $outcome }: { $reason }
order-begun = begun, without an outcome
order-done = done
order-refused = refused
order-failed = failed
