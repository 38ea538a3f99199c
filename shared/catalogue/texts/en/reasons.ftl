# What every code says, in English. Clauses: lower case, no full stop; the catalogue writes the first letter.

### What earlier versions stored

stored-text = { $text }

### More than one reason

several = { $first }; { $second }

### Too much at once

guard-too-many-removals = { $removals } of { $people } people would be marked as left; the limit is { $limit }
    .remedy = Check the side that decides who leaves. If the removals are right, release the hold: bangding hold release
guard-too-many-deletions = { $removals } of { $people } people would be deleted in DingTalk today; the limit is { $limit }
    .remedy = Check who left in the eHR. If the removals are right, release the hold: bangding hold release
guard-too-many-departments = { $removals } departments, counted with the people below them, would be removed today from { $size } departments and people; the limit is { $limit }
    .remedy = Check the departments on the side that decides. If the removals are right, release the hold: bangding hold release
guard-held-before = it was held before and waits until a person releases it
    .remedy = Release the hold: bangding hold release
guard-field-emptied = { $field } would be emptied for { $records } of { $people } people; the limit is { $limit }
    .remedy = Check why the field is empty where it comes from. If that is right, release the hold: bangding hold release
guard-field-changed = { $field } would change for { $records } of { $people } people; the limit is { $limit }
    .remedy = Check the new values where they come from. If they are right, release the hold: bangding hold release

### Who is who

identity-userid-reused = the DingTalk userid now belongs to another person
    .remedy = Compare the two accounts, correct the eHR's record, then try again: bangding quarantine retry
identity-unionid-differs = the DingTalk userid is the same and the unionid is not: a person has to say who this is
    .remedy = Compare both records and correct the DingTalk id that the eHR keeps
identity-name-differs = the job number is the same and the name is not: a person has to say who this is
    .remedy = Correct the name or the job number on one side
identity-job-number-differs = the name and the mobile number are the same and the job number is not: a person has to say who this is
    .remedy = Correct the job number on one side
identity-kept-id-alone = the eHR keeps this DingTalk id, and neither unionid, name, job number nor mobile number agrees: a person has to say whether it is the same
    .remedy = Correct the DingTalk id in the eHR's record, or the values that differ
identity-record-of-another = the eHR's record has another unionid than the person who is missing in DingTalk
    .remedy = Correct the eHR's record, then try again: bangding quarantine retry
identity-two-accounts = two DingTalk accounts match one record of the eHR: a person has to say which one it is
    .remedy = Remove the unused account in DingTalk, or correct the record in the eHR
identity-two-records = two records of the eHR match one DingTalk account: a person has to say which one it is
    .remedy = Close or correct one of the two records in the eHR
identity-too-many-holders = this id had more holders than can be kept apart
    .remedy = Give the person a new id in the eHR
identity-department-duplicate = DingTalk has a department twice that was created once: the reply to an earlier create came too late
    .remedy = Delete the one of the two departments that is not linked
identity-name-hidden = DingTalk shows no name for this record, and no record is created without a name
    .remedy = Grant the app the permission to read names, or enter the name in DingTalk

### Why a change is made

change-new = new in { $side }
change-again = in { $side } again
change-left = left in { $side }
change-decided = changed in { $side }, which decides
change-both-sides = changed on both sides, each in the fields that it decides
change-adopted = linked for the first time; the owner's values now stand on both sides
change-overwrites-edit = { $cause }; an edit on the written side is overwritten
change-missing-twice = missing in two complete sweeps and not found by its id
change-not-found = removed on the side that decides: an event said so, and it is not found by its id
change-link-only = both sides agree; only the link is stored
change-finished-late = begun and cut off before the outcome was known; both sides agree now
change-conflict-resolved = a person resolved the conflict: the value of { $side } stands
change-conflict-reopened = a person took the decision of a conflict back
change-not-written = not written: { $cause }

### What a record waits for

wait-employee = only the employee can change { $field } in DingTalk: it waits for them
    .remedy = Ask the employee to change it in DingTalk
wait-field-missing = DingTalk creates no record without { $field }, and the eHR has none
    .remedy = Enter it in the eHR
wait-stored-otherwise = { $side } stored { $field } differently from what was sent
    .remedy = Compare the value on both sides and correct it where it comes from
wait-administrator-left = an administrator or boss left in the eHR; administrators are never removed automatically
    .remedy = If the person has left, hand over the administrator role and remove the account in DingTalk by hand
wait-administrator-missing = an administrator or boss is missing in DingTalk; administrators are never removed automatically
    .remedy = If the person has left, mark them as left in the eHR by hand
wait-department-occupied = the department is removed on the side that decides, and there are still people or departments in it
    .remedy = Move the people and the departments below it first
wait-invitation = invited to the company: waits until the person accepts
    .remedy = Ask the person to accept the invitation in DingTalk
wait-policy-leaves-out = the policy leaves this record out, or cannot tell whether it does
wait-day = waits for { $date }
wait-grace = has left; the removal follows when the grace period ends on { $date }
wait-next-sweep = missing in the lists; the next complete sweep confirms it
wait-link-too-large = the stored link of this record is larger than the database takes
    .remedy = Reduce the number of departments of this person
wait-dingtalk-id-missing = the link has no id that DingTalk knows

### Why a record could not be looked at

look-dingtalk-failed = DingTalk could not be read or written: { $cause }
look-ehr-failed = the eHR could not be read or written: { $cause }
look-state-failed = the stored state could not be read or written: { $cause }
look-journal-failed = the journal could not be written, so nothing else was written either: { $cause }
look-others-write = others kept writing the same record; the next run looks again
look-write-unfinished = a write was not finished; the next run looks again
look-outcome-unknown = it is not known whether { $side } carried out the write; the next read shows it
look-one-side-refused = one of the two sides refused its part
look-no-canary = a person who certainly exists is not found either, so "not found" proves nothing and nothing is removed
    .remedy = Check the app's contact scope and permissions
look-ehr-finds-none = the eHR finds none of the people that it listed, so nothing is removed
    .remedy = Check the connection to the eHR and its permissions
look-roster-unavailable = DingTalk's HR roster failed several times in this run; the next run asks again
look-writing-resumed = writing was resumed meanwhile; the change is looked at again

### Why nothing may be written

gate-paused = writing is paused
    .remedy = Resume it: bangding resume
gate-shadow = shadow mode: plans are made and nothing is written
    .remedy = Go live: bangding shadow off
gate-preview-needed = policy version { $version } has to be previewed before anything is written
    .remedy = Make a plan, approve it and apply it: bangding plan
gate-policy-changed = both sides were read under policy version { $read_under }, and version { $active } became active meanwhile
    .remedy = The next run reads and decides under the new version
gate-binding-removed = the binding was removed

### Why a list is not complete

snapshot-departments-unread =
    { $departments ->
        [one] one department
       *[other] { $departments } departments
    } could not be read in full
snapshot-departments-misplaced =
    { $departments ->
        [one] one department has
       *[other] { $departments } departments have
    } no place in the tree
    .remedy = Correct the parents of these departments
snapshot-scope-changed = the app's contact scope differs from the accepted one
    .remedy = Check the scope in the developer console. If it is right, accept it: bangding up --accept-scope
snapshot-empty = the list is empty although people are linked
    .remedy = Check the app's contact scope and the connection to the eHR
snapshot-counts-differ = DingTalk counted { $before } people before and { $after } after; the lists showed { $seen }
snapshot-parent-missing = department { $department } has a parent that was not seen
    .remedy = Check that the parent department exists and lies within the contact scope
snapshot-department-cycle = department { $department } is its own ancestor
    .remedy = Correct the parent of this department

### What a run reports

run-nothing-removed = nothing is removed in this run: { $cause }
run-nothing-written = nothing is written: { $cause }
run-plan-instead = nothing was written: { $cause }. Plan { $plan } shows { $changes } changes
run-strangers = DingTalk's lists show only people who are not linked: this may be another company's data, so nothing is written
    .remedy = Check the app's CorpId. If the company is right, bind again
run-department-unread = department { $department } could not be read in full: { $cause }
run-journal-open = the journal of this run was not closed: { $cause }
run-journal-head-not-copied = the head of the journal was not copied to the archive: { $cause }
run-ehr-not-counted = the people in the eHR could not be counted: { $cause }
run-missing-record-found = a record was missing in the lists and is found by its id; it stays
run-employment-left-out =
    { $people ->
        [one] one person is
       *[other] { $people } people are
    } left unchanged: the policy leaves their employment type out
run-employment-unknown =
    { $people ->
        [one] one person is
       *[other] { $people } people are
    } left unchanged: only DingTalk's HR roster knows their employment type
    .remedy = Let the app read the HR roster, or enter the employment type in the eHR
run-roster-unreadable = DingTalk's HR roster cannot be read, and people whose employment type only the roster knows are left unchanged: { $cause }
    .remedy = Grant the permission qyapi_hrm_read_user and open 智能人事, or enter the employment type in the eHR
run-unmatched =
    { $records ->
        [one] one record is
       *[other] { $records } records are
    } only in { $side }, which does not decide who joins; they are not linked and are left unchanged
run-throttled =
    DingTalk asked to slow down { $times ->
        [one] once
       *[other] { $times } times
    }; every call was repeated
run-token-renewed =
    the access token was refused and renewed { $times ->
        [one] once
       *[other] { $times } times
    }
run-departments-dropped =
    { $departments ->
        [one] one special department was
       *[other] { $departments } special departments were
    } left out, which DingTalk's contact interface refuses
run-fields-unreadable =
    { $records ->
        [one] one record was
       *[other] { $records } records were
    } read with a field that could not be read; the field stays as it is
    .remedy = Look at these records in DingTalk and correct the odd value
run-entry-days-implausible =
    { $people ->
        [one] one person has
       *[other] { $people } people have
    } a day of entry in DingTalk that stands for none; the field stays as it is
    .remedy = Correct the day of entry in DingTalk
run-calls-failed =
    { $times ->
        [one] one call
       *[other] { $times } calls
    } to DingTalk failed: { $trouble ->
        [malformed] the reply could not be read
        [busy] DingTalk was busy
        [unreachable] the connection was lost
        [banned] DingTalk had banned our address
       *[other] { $trouble }
    }
run-field-withdrawn = DingTalk no longer shows { $field } to the app: its values stay as they are
    .remedy = Grant the app the permission for this field again
run-deferred-change-failed = a change that came while writing was stopped could not be handled: { $cause }
run-deferred-changes-wait = changes that came while writing was stopped still wait: { $cause }
run-waiting-not-recorded = what waits for a person could not be recorded; the next sweep records it: { $cause }
run-employees-not-asked = not every employee was asked for what only they can change; the next sweep asks: { $cause }
run-plan-interrupted = the plan was interrupted: { $cause }
run-items-moved =
    { $items ->
        [one] one item had
       *[other] { $items } items had
    } changed since the plan was made and stayed unchanged
    .remedy = Make a new plan: bangding plan
run-names-incomplete = the plan shows some references by id instead of by name: { $cause }
run-restarted =
    the sweep starts again: { $why ->
        [missing] its last position was not stored
        [unreadable] its last position cannot be read
        [version] another version of the program stored its last position
        [policy] the policy changed
        [old] its last part ended more than { $hours } hours ago
       *[other] { $why }
    }
run-position-not-stored = the position of this sweep was not stored, and the next part may repeat work: { $cause }
run-not-started = the run could not start: { $cause }

### Orders

order-not-allowed = none of your roles may { $action }
    .remedy = Ask an owner of the binding
order-step-up-needed = you need a second proof to { $action }
    .remedy = Enter the code of your authenticator
order-outside-scope = this record is not in the departments or the team that you act for
    .remedy = Ask HR of the whole company
order-actor-missing = it is not named who orders, and the journal has to know
    .remedy = Give your name: --by NAME
order-binding-unknown = there is no such binding
    .remedy = Bind a company first: bangding up
order-binding-ambiguous = there are { $count } bindings, and none is named
    .remedy = Name one: --binding ID
order-cursor-invalid = this is not a position in the list
    .remedy = Begin at the start of the list

### Plans

plan-unknown = there is no such plan
    .remedy = See which there are: bangding plan list
plan-unapproved = this plan is not approved
    .remedy = Look at it, then approve it: bangding approve
plan-not-as-approved = the content of the plan is not what was approved
    .remedy = Make a new plan: bangding plan
plan-other-policy = the plan was made under policy version { $plan }, and version { $active } is active
    .remedy = Make a new plan: bangding plan
plan-expired = the plan is { $hours } hours old, and { $limit } hours are allowed
    .remedy = Make a new plan, or allow an older one with --max-age
plan-superseded = a newer plan replaces this one
    .remedy = Look at the newer plan: bangding plan list
plan-already-applied = the plan is applied already
plan-failed = this plan could not be made
    .remedy = Make a new plan: bangding plan
plan-changed-elsewhere = someone else applied or changed the plan a moment ago
    .remedy = Look at the plan again
plan-not-stored = the plan could not be stored or read: { $cause }
plan-content-missing = the content of the plan is not in the archive
    .remedy = Make a new plan: bangding plan
plan-content-unreadable = the content of the plan cannot be opened, or is not what was made
    .remedy = Make a new plan: bangding plan
plan-field-moved = { $field } has another value in { $side } than when the plan was made
    .remedy = Make a new plan: bangding plan
plan-field-also-moved = { $field } changed in { $side } after the plan was made
    .remedy = Make a new plan: bangding plan
plan-record-gone = the record is no longer in { $side }
plan-record-back = the record was to be removed and is there again
plan-action-changed =
    planned was { $planned ->
        [create] creating
        [update] updating
        [remove] removing
       *[other] restoring
    } the record; now it would be { $now ->
        [create] creating
        [update] updating
        [remove] removing
       *[other] restoring
    } it
    .remedy = Make a new plan: bangding plan
plan-identity-changed = the ids that belong together changed after the plan was made
    .remedy = Make a new plan: bangding plan

### Binding a company

binding-none = no company is bound yet
    .remedy = Bind one: bangding up
binding-unknown = there is no such binding
binding-connector-unknown = this version has no eHR connector "{ $connector }", which the binding names
    .remedy = Use a newer version of the program
binding-unreadable =
    { $part ->
        [policy] the policy of the binding
        [secret] the secret of the binding
       *[other] the binding
    } could not be read: { $cause }
binding-check-failed =
    checking the { $step ->
        [credentials] AppKey and AppSecret
        [company] company
        [scope] contact scope
        [departments] departments
        [members] members of a department
        [head-count] number of people
        [fields] visible fields
        [token] access token
        [callback] callback address
       *[other] { $step }
    } failed: { $cause }
binding-scope-empty = the app's contact scope contains no department
    .remedy = Set the contact scope in the developer console under 权限管理 to the whole company or to departments
binding-field-hidden = DingTalk does not show { $field } to this app; nothing was written
    .remedy = Grant the permission { $permission } ({ $link }), then bind again
binding-other-company = this data directory belongs to another company
    .remedy = Give this company its own directory with --data
binding-callback-unconfirmed = DingTalk has not confirmed the callback address yet
    .remedy = Enter the address, token and aes_key in the developer console under 事件与回调, then save
binding-callback-url-unknown = the callback address is not known
    .remedy = Give it with --url
binding-callback-unproven = the callback address did not accept the new keys: { $cause }
    .remedy = Check that the address reaches this program, then run the command again
binding-nothing-pending = no new keys or secret wait to be promoted
    .remedy = Begin with bangding rotate
binding-pasted-invalid =
    the { $name } { $detail ->
        [empty] is empty
        [blank] has a blank or a line break inside: more than the value was copied
       *[letter] has a character that is neither a letter, a digit nor a sign of ASCII
    }
    .remedy = Copy it again from the developer console, nothing but the value
binding-corp-id-invalid = this is not a CorpId
    .remedy = Copy the CorpId again from the developer console
binding-address-invalid = this is not an address that can be used
    .remedy = Write http:// or https:// and a host
binding-secret-missing = there is no AppSecret
    .remedy = Set BANGDING_APP_SECRET, or run the command in a terminal that can ask for it
binding-id-needed = the binding has to be named
    .remedy = Give --binding with the last part of the callback address

### This machine

machine-state-missing = there is no data in { $path }
    .remedy = Run bangding up first, or name the directory with --data
machine-state-in-use = another bangding uses { $path } and does not answer
    .remedy = Try again in a moment, stop the other one, or give this one another --data
machine-port-taken = the port is taken
    .remedy = Give another one with --port
machine-sandbox-failed = the sandbox could not start: { $cause }
    .remedy = Give another directory with --data, or remove this one
machine-aws-unreachable = AWS cannot be used: { $cause }
    .remedy = Check the AWS credentials and the region
machine-failed = this machine has a problem of its own: { $cause }
    .remedy = Run the command again; what was done so far is kept

### What DingTalk answers

dingtalk-throttled = DingTalk asks to slow down ({ $code })
    .remedy = Wait: the next attempt goes slower by itself
dingtalk-token-refused = DingTalk refused the access token ({ $code })
    .remedy = Check that the app is still installed and that its AppSecret was not reset
dingtalk-permission-missing =
    the app lacks the permission { $permission ->
        [unnamed] for this interface
       *[other] { $permission }
    }
    .remedy = Grant the permission: { $link }
dingtalk-out-of-scope = the record lies outside the app's contact scope
    .remedy = Widen the app's contact scope in the developer console under 权限管理
dingtalk-not-found = DingTalk has no such record
dingtalk-address-not-allowed = our address is not in the app's allow list
    .remedy =
        Add { $address ->
            [unknown] our address
           *[other] { $address }
        } in the developer console under 安全设置 > 服务器出口IP, or leave that list empty
dingtalk-quota-used-up = this month's calls to DingTalk are used up
    .remedy = Wait for the next month, or buy more calls
dingtalk-banned = DingTalk bans our address for { $minutes } minutes
    .remedy = Wait: nothing is asked until then
dingtalk-reply-malformed =
    DingTalk's reply cannot be used: { $detail ->
        [html] it is HTML instead of JSON
        [redirect] it is a redirect
        [no-code] it has no error code
        [empty] it is empty
        [cut-off] it is cut off or not JSON
        [too-large] it is too large
        [wrong-type] a field has the wrong type
        [contradiction] it contradicts itself or answers another question
        [endless] its pages do not end
        [id] an id in it cannot be one
        [unread] it could not be read before
       *[other] { $detail }
    }
    .remedy = Check that the address is DingTalk's. Otherwise wait: the call is repeated
dingtalk-outcome-unknown = it is not known whether DingTalk carried out the call
    .remedy = Look at what DingTalk has now before doing it again
dingtalk-credentials-refused = DingTalk refused the AppKey or the AppSecret ({ $code })
    .remedy = Copy AppKey (Client ID) and AppSecret again from the developer console
dingtalk-company-refused = the app does not belong to this company ({ $code })
    .remedy = Check the CorpId: the app has to belong to that company
dingtalk-disabled = the app or the organisation is disabled ({ $code })
    .remedy = Enable the app in DingTalk's admin console
dingtalk-agent-refused = DingTalk refused the AgentId ({ $code })
    .remedy = Copy the AgentId again from the app's basic information
dingtalk-busy = DingTalk is busy ({ $code })
    .remedy = Wait: the call is repeated
dingtalk-unreachable =
    DingTalk was not reached ({ $detail ->
        [no-connection] no connection
        [lost] the connection was lost
        [timeout] no complete reply in time
       *[other] { $detail }
    })
    .remedy = Check the address, and that this machine may reach it
dingtalk-interface-unknown = this server does not have the interface
    .remedy = Check the address of the server
dingtalk-value-taken =
    another record in DingTalk has this { $unique ->
        [userid] userid
        [mobile] mobile number
        [email] e-mail address
        [telephone] extension
       *[other] department name
    } ({ $code })
    .remedy = Find the record that has it, and decide which of the two keeps it
dingtalk-field-refused = DingTalk refused { $field } ({ $code })
    .remedy = Correct the value where it comes from
dingtalk-department-not-empty = the department in DingTalk is not empty ({ $code })
    .remedy = Move its people and departments first
dingtalk-root-protected = the root department of DingTalk cannot be changed or deleted here
    .remedy = Change the company itself in DingTalk's admin console
dingtalk-limit-reached = a limit of the company in DingTalk is reached ({ $code })
    .remedy = Have the organisation verified, or split the department
dingtalk-smart-hr-decides = the position management of 智能人事 decides title and departments ({ $code })
    .remedy = Let DingTalk own title and departments, transfer people in 智能人事, or switch its position management off
dingtalk-smart-hr-closed = the company has not opened 智能人事 ({ $code })
    .remedy = Open the free app 智能人事 in DingTalk's admin console
dingtalk-row-unreadable = in DingTalk's list { $fields } of { $id } could not be read and stays as it is
    .remedy = Look at the record in DingTalk and correct the value
dingtalk-unrecognised = DingTalk answered with the unknown code { $code }, and is asked again later
    .remedy = If it stays so, look the code up in DingTalk's list of error codes
dingtalk-refused = DingTalk refused the call with code { $code }
    .remedy = Look the code up in DingTalk's list of error codes
dingtalk-value-too-long = { $field } has more than { $limit } characters, which DingTalk does not take
    .remedy = Shorten it where it comes from
dingtalk-value-required = DingTalk does not take a record without { $field }
    .remedy = Enter it where it comes from
dingtalk-value-invalid = { $field } has a value that DingTalk does not take
    .remedy =
        { $field-key ->
            [mobile] Write + and 6 to 15 digits that begin with the country code
            [name] Use 1 to 64 characters without hyphen and comma for a department
            [main_department] Choose one of the person's departments
            [manager] Name one manager
           *[other] Correct the value where it comes from
        }
dingtalk-too-many-departments = the person is in more than { $limit } departments, which DingTalk does not take
    .remedy = Take the person out of some departments
dingtalk-custom-fields-unread = the present custom fields were not read, and writing some would erase the others
dingtalk-administrator-kept = administrators and bosses are never deleted
    .remedy = Hand over the role, then remove the account in DingTalk by hand
dingtalk-agent-id-missing = the binding has no AgentId
    .remedy = Copy the AgentId from the app's basic information, then bind again
dingtalk-not-sent =
    the call was not sent ({ $detail ->
        [address] the address may not be called
        [header] the access token cannot be sent
        [userid] the userid cannot be one
        [people] too many or too few people at once
        [query] more people or days than one call may name
        [size] it is too large
       *[other] { $detail }
    })

### What the eHR answers

ehr-record-changed = the eHR's record changed after it was read; the next look sees the new one
ehr-record-unknown = the eHR has no such record
ehr-refused = the eHR refuses the record: { $cause }
ehr-outcome-unknown = it is not known whether the eHR wrote the record
ehr-unavailable = the eHR did not answer
    .remedy = Check that the eHR is running; it is asked again
ehr-reply-malformed = the eHR's reply cannot be read ({ $detail })
ehr-credentials-refused = the eHR refused the key ({ $code })
    .remedy = Enter a key that is valid; the old one may have been revoked
ehr-permission-missing = the key may not do this in the eHR ({ $code })
    .remedy = Give the key this interface and this app in the eHR's administration
ehr-address-not-allowed = the eHR does not take calls from our address ({ $code })
    .remedy = Add our address to the key's allow list, or remove the list
ehr-quota-used-up = an allowance of the eHR is used up ({ $code })
    .remedy = Extend the eHR's plan, or wait until its period ends
ehr-throttled = the eHR asks to slow down ({ $code })
ehr-busy = the eHR is busy ({ $code })
    .remedy = It is asked again
ehr-call-refused = the eHR refused the call with code { $code }
ehr-code-unknown = the eHR answered with code { $code }, which is in no list
    .remedy = It is asked again; report the code if it stays
ehr-form-missing = the app or the form that the mapping names is not in the eHR ({ $code })
    .remedy = Choose the form again
ehr-field-missing = the field { $key }, to which { $field } is mapped, is not in the form any more
    .remedy = Map { $field } to another field
ehr-mapped-field-missing = the field { $key } that the mapping names is not in the form any more
    .remedy = Choose another field in the mapping
ehr-field-retyped = the field { $key }, to which { $field } is mapped, has the kind { $found } now and not { $expected }
    .remedy = Map { $field } again
ehr-value-unreadable = the field { $key } holds what cannot be read
    .remedy = Correct it in the eHR
ehr-value-invalid = the field { $key } cannot take this value
ehr-option-unknown = the value is none of the options of the field { $key }
    .remedy = Add the option in the eHR, or correct the value
ehr-field-read-only = the eHR's field for { $field } cannot be written
    .remedy = Make the eHR the owner of { $field }
ehr-field-unmapped = the mapping has no field of the eHR for { $field }
    .remedy = Map { $field }, or take it out of the sync
ehr-status-unknown = the status of the record is a word that the mapping does not explain
    .remedy = Say in the mapping what the word means
ehr-status-unmapped = the mapping names no status for what is to be written
    .remedy = Name it in the mapping
ehr-root-kept = the root department of the eHR is not written
    .remedy = Change it in the eHR
ehr-parent-invalid = the parent of the department cannot be one of the eHR's
    .remedy = Look at the parent department in the eHR
ehr-key-ambiguous = { $count } records of the eHR have one key
    .remedy = Correct all but one of them in the eHR
ehr-value-taken = another record of the eHR has this value already
    .remedy = Correct one of the two
ehr-organisation-locked = the eHR's departments are a copy of DingTalk's and are not written
    .remedy = Make DingTalk the owner of departments
ehr-table-row-kept = a row of the table { $key } that holds more would be lost
    .remedy = Remove the row in the eHR if it is not needed
ehr-department-not-empty = the department in the eHR is not empty ({ $code })
    .remedy = Move its people and departments first
ehr-row-unreadable = the row has no id that can be read

### A sheet that is read

sheet-format-unknown = the file is neither CSV nor an xlsx workbook
    .remedy = Open it in Excel or WPS and save it as .xlsx
sheet-old-or-protected = the file is an old .xls workbook, or one with a password
    .remedy = Open it, remove the password and save it as .xlsx
sheet-encoding-unknown = the text is in no known encoding
    .remedy = Save it as CSV UTF-8
sheet-too-large = the sheet has more than { $limit } cells
    .remedy = Delete what is below and beside the roster, or split it
sheet-header-missing = no row has the heads of a roster
    .remedy = Name the columns in one row: 工号, 姓名, 手机, 部门 …
sheet-key-column-missing = the sheet has no column for job numbers
    .remedy = Add a column 工号
sheet-several = { $count } sheets of the workbook have the heads of a roster
    .remedy = Leave only one of them in the file
sheet-column-twice = several columns mean the same as { $column }
    .remedy = Leave only one of them
sheet-column-unsure = the column { $column } may mean something else and was not read
    .remedy = Give it a clear name, for example 公司邮箱
sheet-key-missing = row { $row } has no job number
    .remedy = Fill it in
sheet-key-twice = row { $row } has a job number that another row has
    .remedy = Correct one of them
sheet-digits-lost = in row { $row }, { $column } is a number that has lost digits
    .remedy = Format the column as text and enter the value again
sheet-zeros-lost = in row { $row }, { $column } is a number that may have lost zeros in front
    .remedy = Format the column as text and enter the value again
sheet-day-unreadable = in row { $row }, { $column } is no day
    .remedy = Write it as 2026-03-01
sheet-cell-error = in row { $row }, { $column } is an error of the workbook
    .remedy = Correct the formula
sheet-cell-formula = in row { $row }, { $column } is a formula without a value
    .remedy = Open the file, save it again, or paste the values
sheet-value-unreadable = in row { $row }, { $column } is of a kind that it cannot be
    .remedy = Write it as text

### The built-in ledger

ledger-record-unknown = the ledger has no such { $kind }
ledger-name-unknown = no { $kind } in the ledger is called { $name }
    .remedy = Use the name, the job number, the path or the id
ledger-name-ambiguous = { $name } fits { $count } records of the kind { $kind } in the ledger
    .remedy = Name the { $kind } by job number, path or id
ledger-id-taken = the ledger has an entry with this id already
ledger-entry-changed = someone else changed the entry meanwhile
    .remedy = Look at it and try again
ledger-field-unknown = a { $kind } has no field { $field }
ledger-value-missing = { $field } must not be empty
ledger-value-too-long = { $field } has more than { $limit } characters
ledger-value-invalid = { $field } cannot have this value
    .remedy =
        { $field-key ->
            [mobile] Write a mobile number such as 13800000000, or +852… with its country code
            [email] Write an address such as name@example.com
            [org_email] Write an address such as name@example.com
            [name] Leave out hyphens and commas, which DingTalk refuses in names of departments
            [employment] Choose one of the employment types: { $choices }
           *[other] Leave out line breaks and control characters
        }
ledger-value-taken = another person who is here has this { $field } already
    .remedy = Correct one of the two entries
ledger-reference-unknown = { $field } names a { $kind } that the ledger does not have, or that has left or is closed
ledger-own-manager = a person cannot be their own manager
ledger-main-department-not-own = the main department has to be one of the person's departments
    .remedy = Name it with --main-department
ledger-head-not-member = the head of a department has to be in the department
    .remedy = Move the person there first
ledger-department-cycle = a department cannot be below itself
ledger-root-fixed = there is one company, and it is neither moved nor closed
ledger-department-name-taken = there is a department of this name beside it already
    .remedy = Choose another name
ledger-department-not-empty = { $people } people and { $departments } departments are in it
    .remedy = Move them first
ledger-already-left = this { $kind } has left or is closed
    .remedy =
        { $kind-key ->
            [person] Rehire the person first: bangding ehr rehire
           *[other] Reopen the department first: bangding ehr department reopen
        }
ledger-already-here = this { $kind } is here already
ledger-day-invalid = this is not a day
    .remedy = Write it as 2026-03-01
ledger-day-past = the day is past
    .remedy = Leave the day out to change it today
ledger-day-too-far = the day is too far ahead: dates such as 9999-12-31 stand for no end
    .remedy = Leave the day out if there is no end
ledger-leaves-before-entry = the day of leaving is not after the day of entry
    .remedy = Cancel the entry instead: bangding ehr cancel
ledger-closes-ahead = a department is closed on the day itself, once it is empty, not ahead
ledger-no-change = it is so already: nothing changes
ledger-nothing-scheduled = no change is scheduled for it
ledger-entry-too-large = the entry is larger than the ledger can store, or its id cannot be stored
ledger-changes-expired = earlier changes are no longer kept; they are kept for 90 days
    .remedy = See the present entries: bangding ehr list
ledger-unavailable = the ledger could not be used: { $cause }

### What waits for a person

record-entry-unknown =
    there is no such { $queue ->
        [conflict] conflict
        [hold] hold
       *[other] quarantined record
    }
    .remedy = See which there are: bangding { $queue } list --all
record-entry-ambiguous = { $count } entries begin like that
    .remedy = Type more of the id
record-entry-closed = it is closed already
    .remedy = See how: bangding { $queue } show
record-nothing-to-undo = there is nothing to take back
record-value-moved = the value in { $side } changed meanwhile: nothing was written
    .remedy = Look at the record, and change it on the side where it is wrong
record-not-shown = { $side } does not show the record or the field now: nothing was written
record-person-unknown = no person or department is called so
    .remedy = Use a DingTalk userid, a job number or an id of the eHR
record-person-ambiguous = { $count } are called so
    .remedy = Use a DingTalk userid or a job number
record-field-owned = the policy lets { $side } decide this field
    .remedy = Change it in { $side }
record-employee-only = only the employee can change this field in DingTalk
    .remedy = Ask the employee
record-refused = it was refused: { $cause }
record-changed-elsewhere = someone else changed it a moment ago
    .remedy = Look at it again
record-not-now = it could not be done now: { $cause }
    .remedy = Run the command again later

### Policies

policy-not-json = this is not JSON ({ $detail })
    .remedy = Write strict JSON: double quotes, no comments, no comma after the last item
policy-type-wrong =
    { $expected ->
        [object] an object in braces
        [list] a list in square brackets
        [text] text in double quotes
       *[other] a number
    } is expected here
policy-key-unknown = the key "{ $key }" is not known here
    .remedy =
        { $nearest ->
            [none] { "" }
           *[other] Did you mean "{ $nearest }"?{ " " }
        }There are: { $known }
policy-word-unknown = "{ $word }" is not one of the words that can stand here
    .remedy =
        { $nearest ->
            [none] { "" }
           *[other] Did you mean "{ $nearest }"?{ " " }
        }There are: { $known }
policy-key-duplicate = the key "{ $key }" is written twice
    .remedy = Keep one of them
policy-key-missing = the key "{ $key }" is missing
    .remedy = Add it, or choose the preset ehr_is_master or dingtalk_is_master
policy-schema-unknown = the document has version { $found }; this program knows version { $known }
    .remedy = Write "version": { $known }, or use a newer program
policy-number-out-of-range = a whole number from { $min } to { $max } is expected
policy-percentage-invalid = a percentage from 0 to 100 with at most one decimal is expected
    .remedy = Write 2 or 2.5, without a percent sign and without quotes
policy-hours-invalid = hours are written HH:MM-HH:MM, and begin and end at different times
    .remedy = Write "22:00-06:00", for example; the times are those of Asia/Shanghai
policy-hours-too-short = these hours are shorter than a quarter of an hour
    .remedy = Make them longer: the schedule asks every 15 minutes and would miss them
policy-text-length = text of 1 to { $limit } characters is expected
    .remedy = Shorten it, or leave it out
policy-id-invalid = this is not a record id: it is empty, too long, or has a control character or '#' in it
    .remedy = Copy the id again; write DingTalk's department ids in double quotes
policy-item-repeated = this is listed twice
    .remedy = Keep one of them
policy-against-preset = the preset { $preset } says otherwise
    .remedy = Leave this out, or write "preset": "custom"
policy-lifecycle-unheard = { $side } decides who joins and leaves, but the direction { $direction } never writes what it decides
    .remedy = Give it to the other side, or write "direction": "both"
policy-owner-unheard = { $side } decides here, but the direction { $direction } never writes what it decides
    .remedy = Give it to the other side, or write "direction": "both"
policy-shared-one-way = a field is shared only where both sides are written, and the direction is { $direction }
    .remedy = Leave it out of "shared", or write "direction": "both"
policy-owned-and-shared = { $field } of a { $kind } is shared, so that no side owns it
    .remedy = Take it out of "owners" or out of "shared"
policy-included-and-excluded = this is included and excluded at once
    .remedy = Take it out of one of the two lists
policy-custom-fields-unused = custom fields are named, but the scope does not take any
    .remedy = Write "takes": "employees_and_custom", or remove "custom_fields"
policy-custom-fields-missing = the scope takes custom fields, but names none
    .remedy = Name them in "custom_fields", or write "takes": "employees"
policy-limits-crossed = the limit removals_percent is above removals_percent_max
    .remedy = Raise removals_percent_max, or lower removals_percent
policy-mobile-waits = DingTalk does not let a mobile number be changed from outside: the employee is asked to change it, and the field waits until then
policy-field-shared = { $field } of a { $kind } is shared: DingTalk has no conditional write, so an edit there that falls between our read and our write can be lost; every value that was read stays in the journal and the conflict queue
policy-guard-off = with these limits the guard lets all people be removed at once
    .remedy = Lower the limits
policy-no-grace = without a grace period, the next sweep deletes in DingTalk whoever leaves in the eHR; a deleted userid does not come back
    .remedy = Set grace_days to 1 or more
policy-unknown-employment-out = employment types are listed as included: people whose type a side does not show stay out
policy-employment-from-roster = employment types are named: where the eHR does not name a type, DingTalk's HR roster is asked, and until it answers these people wait
    .remedy = Grant the permission qyapi_hrm_read_user and open 智能人事
policy-refused =
    the policy was refused ({ $problems ->
        [one] one problem
       *[other] { $problems } problems
    }); the active one stays
    .remedy = See the problems: bangding policy check
policy-version-missing = there is no policy version { $version }
policy-version-unreadable = this version of the program cannot read policy version { $version }
    .remedy = Use a newer program, or set the policy again
policy-not-stored = the policy could not be stored or read: { $cause }

### Messages to people

message-change-your-mobile = Your company's HR system has another mobile number for you than DingTalk. Only you can change it: Me → Settings → Account & Security. Nothing else is needed afterwards; if HR's number is wrong, tell HR
message-out-of-date = DingTalk could not be reached for a day, and the message was not sent
    .remedy = Compose the message again
message-id-invalid = a message id has 1 to 64 letters, digits, dashes and underscores
message-empty = a message needs people and text
message-too-long = the message has { $bytes } bytes, and { $limit } are allowed
    .remedy = Shorten the message
message-not-queued = the message could not be stored or queued; composing it again completes it: { $cause }
message-outcome-unknown = it is not known whether the message was sent; it is not sent again
message-result-unknown = DingTalk did not report who received the message

### Database, secrets, queues and archive

state-unavailable =
    { $part ->
        [secrets] the secret store
        [queue] the queue
        [archive] the archive
       *[other] the database
    } did not answer; it is asked again
state-refused =
    { $part ->
        [secrets] the secret store
        [queue] the queue
        [archive] the archive
       *[other] the database
    } refused the request ({ $detail })
    .remedy = Check the permissions of this function in AWS
state-malformed = a stored item cannot be read: { $item }
    .remedy = Restore it from a backup
state-newer-version = a stored item has schema version { $found }, and this program knows { $known }: { $item }
    .remedy = Use a newer program
state-changed-elsewhere = another process changed the stored item since it was read
state-already-exists = an item with this id exists already
state-too-large = the item has { $bytes } bytes, and { $limit } are allowed
state-secret-missing = there is no such secret
    .remedy = Bind the company again
state-not-opened = an encrypted value cannot be opened here
    .remedy = Check that the keys belong to this company's data
state-id-invalid =
    { $what ->
        [corp] the CorpId
        [binding] the binding id
        [userid] the userid
        [unionid] the unionid
        [run] the run id
        [link] the link id
       *[other] the record id
    } is not valid ({ $why ->
        [empty] it is empty
        [long] it is too long
       *[other] it has characters that are not allowed
    })

### The journal

journal-not-written = the journal could not be written: { $cause }
journal-continued-elsewhere = another process continued the journal of this run
journal-closed = the journal of this run is closed
journal-entry-too-large = a journal entry is too large
journal-entry-unreadable = the journal entry cannot be read
    .remedy = Compare this run with a backup
journal-entry-missing = a journal entry is missing, out of place or of another run
    .remedy = Compare this run with a backup
journal-entry-changed = the journal entry is not the one that was written
    .remedy = Compare this run with a backup
journal-head-missing = a head of the journal is missing, unreadable or out of place
    .remedy = Compare the journal with a backup
journal-head-changed = a head of the journal is not the one that was written
    .remedy = Compare the journal with a backup
journal-end-changed = the end of the run's journal is missing or is not the one that was written
    .remedy = Compare this run with a backup
journal-copy-differs = the copy in the archive differs from the journal, or one of the two is missing
    .remedy = Compare the journal with a backup: bangding journal verify
journal-copy-unreadable = the copy in the archive cannot be read
    .remedy = Compare the journal with a backup

### Values on their way through a mapping

value-one-way = the mapping of this field has no way back to this side
    .remedy = Change it on the other side
value-not-returned = this side would show another value than the one to be written, so nothing was written
    .remedy = Correct the value, or the mapping of this field
value-list-unsupported = the field holds several values, and the mapping handles one
    .remedy = Map a field with one value
value-day-invalid = this is not a date
    .remedy = Write it as 2026-03-01
value-day-ambiguous = it is not clear which date this is
    .remedy = State the order in the mapping, or write it as 2026-03-01
value-day-open = this stands for "no end" and is not a date
    .remedy = Set "open_end": "empty" in the mapping if it means an empty field
value-phone-invalid = this is not a phone number
    .remedy = Correct it where it is kept
value-phone-masked = the phone number is masked with stars
    .remedy = Grant the permission to read the whole number
value-number-damaged = a spreadsheet turned this number into something like 1.38E+10
    .remedy = Format the column as text and export again
value-choice-unknown = the value is not in the table of the mapping
    .remedy = Add it to the table
value-template-unmatched = the value does not fit the template of the mapping
    .remedy = Correct the value, or the template

### The mapping document

mapping-key-missing = the key "{ $key }" is missing
    .remedy = Add it
mapping-country-invalid = this is not a country calling code
    .remedy = Write 1 to 3 digits in quotes, such as "86"
mapping-choice-twice = this native value stands in the table twice
    .remedy = Keep one of them
mapping-template-invalid =
    { $why ->
        [braces] the braces of the template are not balanced
        [no-name] the template has empty braces
        [one-value] the text around a value needs {"{"}value{"}"} exactly once, and no other name
        [no-value] the template names no value
       *[other] a template has either "native" or "canonical"
    }
    .remedy = Write {"{"}value{"}"} once in "native", or names in braces in "canonical"
mapping-purpose-short = a purpose needs at least { $limit } characters
    .remedy = Write what the values are used for
mapping-slot-only = only a custom field has the key "{ $key }"
    .remedy = Remove it; the policy names the owner
mapping-target-unclear = an entry names either "field" or "slot"
    .remedy = Write one of them
mapping-field-twice = { $name } is mapped twice
    .remedy = Keep one entry
mapping-native-key-twice = two fields use the same key of { $side }
    .remedy = Give one of them another key, or switch it off
mapping-slot-not-given = slot { $slot } is above "slots_given"
    .remedy = Take the next free slot and raise "slots_given"
mapping-slot-retired = slot { $slot } was given up and is never used again
    .remedy = Take a new slot
mapping-slot-one-side = slot { $slot } needs a key on both sides
    .remedy = Add the missing side
mapping-slots-fewer = { $before } slots were given already, and the number never becomes smaller
    .remedy = Write at least { $before }
mapping-slot-gone = slot { $slot } is not in the document any more
    .remedy = Keep it with "on": false, or list it in "retired"
mapping-slot-retyped = slot { $slot } has another type than before
    .remedy = Retire it and take a new slot
mapping-slot-rebound = both keys of slot { $slot } changed at once, which makes it another field
    .remedy = Change one side at a time, or take a new slot
mapping-slot-reused = slot { $slot } was given before
    .remedy = Take the next free slot
mapping-reference-transformed = { $field } refers to other records, so it takes no transform
    .remedy = Remove "read"
mapping-step-not-first = a template of several values, or a constant, can only come first
    .remedy = Move it to the front
mapping-one-way = "{ $transform }" has no way back: this field is never written to { $side }
mapping-owner-unwritable = the other side decides this field, but "{ $transform }" has no way back to { $side }
    .remedy = Remove the transform, or let { $side } decide
mapping-default-fills = where { $side } shows no value, the default counts as its value
mapping-sensitive-on =
    personal values about { $class ->
        [identity] identity documents
        [bank] bank accounts
        [health] health
        [home] home addresses
       *[family] family
    } are kept in step
mapping-purpose-missing =
    personal values about { $class ->
        [identity] identity documents
        [bank] bank accounts
        [health] health
        [home] home addresses
       *[family] family
    } stay off until their purpose is written down
    .remedy = Write the purpose under "purposes", or switch the field off
mapping-key-not-listed = { $side } has no field with the key { $key }
    .remedy = Choose one that it has
mapping-type-unsupported = the field { $key } of { $side } has a type that cannot be mapped
    .remedy = Choose another field

### Fields that a side changed

field-gone = { $side } no longer has the field "{ $label }"; it is held on both sides
    .remedy = Map another field, or switch it off
field-permission-gone = the app may no longer read the field "{ $label }" of { $side }; it is held
    .remedy = Grant the permission again
field-not-writable = { $side } no longer lets the field "{ $label }" be written; it is held
    .remedy = Grant the permission again, or let { $side } decide the field
field-retyped = the field "{ $label }" of { $side } has another type; it is held
    .remedy = Look at the preview and save the mapping again
field-renamed = the field "{ $label }" of { $side } is called "{ $now }" now; it is held
    .remedy = Confirm that it is the same field
field-option-gone = the field "{ $label }" of { $side } lost options that are in use ({ $options }); it is held
    .remedy = Correct the table of the mapping

### Matches between people and departments of both sides

match-unionid = both sides have the same unionid
match-kept-id = the eHR keeps this userid, and another key agrees
match-job-number-and-name = job number and name are equal, and unique on both sides
match-name-and-mobile = name and mobile are equal, and unique on both sides
    .remedy = Look at ten of them, then accept all
match-near-name = the names are spelled nearly alike; mobile or job number is equal, and one more key
    .remedy = Look at the names
match-name-without-mobile = name, department and one more key are equal, and the mobile number differs
    .remedy = Ask which mobile number is right
match-homonyms = { $count } people with this name come into question
    .remedy = Choose one of them
match-mobile-shared = { $count } people have this mobile number
    .remedy = Choose by the name
match-name-only = only the name is equal
    .remedy = Compare department and day of entry
match-mobile-only = only the mobile number is equal; the name is another one
    .remedy = Ask who has this number
match-job-number-only = only the job number is equal; the name is another one
    .remedy = Check whether the number was given anew
match-near-name-only = the names are spelled nearly alike, and hardly anything else is equal
    .remedy = Compare the two records
match-email-only = only the e-mail address is equal
    .remedy = Compare the two records
match-contradicted = the keys contradict each other
    .remedy = Compare the records one by one
match-userid-reused = the userid that the eHR keeps belongs to someone else now
match-taken = the nearest candidate belongs to another record
match-no-candidate = nobody on the other side comes near
match-member-changed = one of the two records changed after the decision, which does not cover it any more
    .remedy = Decide again
match-several-records = one person has { $count } records in the eHR and keeps one account
match-lead-active = this record leads because it is the active one
match-lead-department = this record leads because its department is the one in DingTalk
match-lead-later = this record leads because it began last
match-lead-unclear = several records of one person are active, and nothing says which one leads
    .remedy = Choose one
match-department-stored = one side keeps the other side's id of this department
match-department-path = the whole path of the department is equal
match-department-parent = the name is equal under a matched parent
match-department-twice = several departments with this name have the same parent
    .remedy = Rename one of them, or choose

### Snapshots and restoring

snapshot-part-unreadable = a part of the snapshot cannot be opened
    .remedy = Look at another day
snapshot-part-missing = a part of the snapshot is missing
    .remedy = Look at another day
snapshot-erased = the person was erased, and the snapshot no longer opens for them
restore-not-in-snapshot = the snapshot of that day does not have this record
    .remedy = Choose another day
restore-account-deleted = the account was deleted in DingTalk: a new one is created, and its chats and history do not come back
restore-group-chat = the department was deleted in DingTalk: it gets a new id, and its group chat does not come back
restore-employee-only = only the employee can change { $field } in DingTalk
    .remedy = Ask the employee
restore-field-hidden = { $field } was not shown on that day
restore-field-older = the value of { $field } was last read on { $date }
restore-owner-decides = { $side } decides { $field }: it is written there, and the other side follows
restore-reference-gone = { $field } named a record that no longer exists
    .remedy = Restore that record first
restore-direction-forbids = { $side } decides { $field }, and the policy never writes there
    .remedy = Change it in { $side } by hand
restore-untouchable = the policy marks this record as untouchable
    .remedy = Take the mark out of the policy first
