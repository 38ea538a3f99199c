# The words of the console (English).
### The frame

console-product = Bangding
console-menu = Menu
console-skip = Skip to the content
console-language = Language
console-theme = Brightness
console-theme-system = As the system
console-theme-light = Light
console-theme-dark = Dark
console-nav-dashboard = Overview
console-nav-queues = To decide
console-nav-plans = Plans
console-nav-people = People
console-nav-runs = Runs
console-nav-journal = Journal
console-nav-doctor = Health
console-nav-wizard = Binding
console-nav-account = My account
console-unknown = Unknown
console-empty-value = Empty
console-copy = Copy
console-copied = Copied
console-copy-of = Copy: { $text }
console-search = Find
console-pages = Pages
console-next-page = Next page
console-undo = Take back
console-retry = Try again now
console-becomes = becomes
console-to-start = Back to the overview
console-to-run = See the run
console-just-now = just now
console-minutes-ago =
    { $count ->
        [one] { $count } minute ago
       *[other] { $count } minutes ago
    }
console-hours-ago =
    { $count ->
        [one] { $count } hour ago
       *[other] { $count } hours ago
    }
console-days-ago =
    { $count ->
        [one] { $count } day ago
       *[other] { $count } days ago
    }
console-seconds = { $text } s
console-minutes-seconds = { $minutes } min { $seconds } s
console-per-second = { $count } per second
console-since = Since { $text }
console-and-more = and { $count } more
console-entries-count =
    { $count ->
        [one] { $count } entry
       *[other] { $count } entries
    }
console-departments-count =
    { $count ->
        [one] { $count } department
       *[other] { $count } departments
    }

### Columns

console-column-action = Action
console-column-approved-by = Approved by
console-column-began = Began
console-column-calls = Calls
console-column-created = Created
console-column-updated = Updated
console-column-removed = Marked as left
console-column-held = Held
console-column-troubles = Not written
console-column-duration = Duration
console-column-field = Field
console-column-interface = Interface
console-column-made = Made
console-column-name = Name
console-column-outcome = Result
console-column-record = Record
console-column-same = Same?
console-column-since = Since
console-column-state = State
console-column-why = Why

### Roles and marks

console-role-owner = Owner
console-role-hr = HR
console-role-auditor = Auditor
console-role-employee = Employee
console-state-proven = Fine
console-state-care = Care
console-state-stopped = Stopped
console-owner = Decides
console-owner-shared = Shared
console-hidden-field = Hidden
console-same = Same
console-different = Different
console-person-here = In service
console-person-left = Left

### What went wrong

console-unavailable = The data cannot be read now
console-unavailable-sentence = The store did not answer. Whether the last action took effect is not known yet.
console-unavailable-remedy = Reload in a minute, and look at the journal before you repeat it.
console-error-form = This form cannot be read
console-error-form-sentence = A field is missing or is not what was expected. Nothing changed.
console-error-form-remedy = Go back and fill it in again.
console-error-form-token = This request was not sent by our own page
console-error-form-token-sentence = Your session has changed, or another site sent this form for you. Nothing changed.
console-error-form-token-remedy = Open the page here and do it again.
console-error-method = This address has no such method
console-error-method-sentence = The method of the request is wrong. Nothing changed.
console-error-method-remedy = Open the page from the menu.
console-error-no-page = There is no such page
console-error-no-page-sentence = The address is incomplete, or the record is gone.
console-error-no-page-remedy = Look for it from the menu.
console-error-not-a-form = This is not a form
console-error-not-a-form-sentence = Changes are accepted as forms only. Nothing changed.
console-error-not-a-form-remedy = Send application/x-www-form-urlencoded.
console-error-too-large = Too large
console-error-too-large-sentence = A form has 64 KB at most. Nothing changed.
console-error-too-large-remedy = Send less.
console-error-not-allowed = You may not do this
console-error-not-allowed-sentence = Your roles do not include this step. Nothing changed.
console-error-not-allowed-remedy = Ask the owner to do it, or to give you the role.
console-error-refused = It was not done
console-error-step-up = A code is needed
console-error-step-up-sentence = This step changes data and needs a second proof that it is you. Nothing changed.
console-error-step-up-remedy = Send a code first, then repeat it.

### Signing in

console-sign-in-title = Sign in
console-sign-in-needed = Sign in first
console-sign-in-needed-sentence = You are not signed in, or the session has ended: after 30 minutes without a request, or after 8 hours.
console-sign-in-needed-remedy = Sign in and open the page again.
console-sign-in-dingtalk = Sign in with DingTalk
console-sign-in-dingtalk-note = Opens DingTalk's own page, with a QR code or your account.
console-sign-in-code-title = Sign in with a code
console-sign-in-account = Account
console-sign-in-code = Code or recovery code
console-sign-in-go = Sign in
console-sign-in-link-note = If DingTalk is down and the code is lost: ask whoever deployed it for a one-time link.
console-sign-in-link-invalid = This link does not work any more.
console-sign-in-link-invalid-remedy = A link works once, within 30 minutes. Have a new one made.
console-sign-in-code-wrong = The account or the code is wrong, or the code was used before.
console-sign-in-code-wrong-remedy = Wait for the next code and check your phone's clock. Five wrong codes lock the account.
console-sign-in-locked = Locked after five wrong codes.
console-sign-in-locked-remedy = Try again after { $text }, or use a one-time link.
console-sign-in-state-invalid = This sign-in did not begin in this browser, or it is too old.
console-sign-in-state-invalid-remedy = Begin again here, and finish within 10 minutes.
console-sign-in-denied = DingTalk gave no code: perhaps it was denied.
console-sign-in-denied-remedy = Sign in again and agree on DingTalk's page.
console-sign-in-exchange-refused = DingTalk's code was used or is too old.
console-sign-in-exchange-refused-remedy = Sign in again.
console-sign-in-exchange-unavailable = DingTalk cannot be asked now.
console-sign-in-exchange-unavailable-remedy = Try later; if it is urgent, use a code.
console-sign-in-other-company = You chose another company than the bound one.
console-sign-in-other-company-remedy = Sign in again and choose the bound company.
console-sign-in-no-role = You have no role here yet.
console-sign-in-no-role-remedy = Ask the owner for a role; being an administrator in DingTalk gives none.
console-link-title = One-time link
console-link-go = Sign in
console-link-note = The button uses this link up. Do not forward it.

### Account

console-account-title = My account
console-account-name = Name
console-account-roles = Roles
console-account-authenticator = Authenticator
console-account-authenticator-on = Set up
console-account-authenticator-off = Not set up yet
console-account-authenticator-why = Everything that removes, releases or writes data needs it.
console-account-authenticator-set-up = Set up an authenticator
console-account-recovery-left =
    { $count ->
        [one] { $count } recovery code left
       *[other] { $count } recovery codes left
    }
console-account-leave = Leave
console-sign-out = Sign out
console-sign-out-everywhere = Sign out everywhere
console-sign-out-everywhere-note = Ends your sessions in every browser at once.
console-enrol-title = Set up an authenticator
console-enrol-scan = Scan this picture with any authenticator app.
console-enrol-picture = QR code for the authenticator
console-enrol-no-picture = The picture cannot be drawn: type the secret.
console-enrol-secret = Or type the secret
console-enrol-recovery = Keep the recovery codes somewhere safe: each works once, and they are shown this once.
console-enrol-code = Type the six digits that the app shows now.
console-enrol-confirm = Confirm
console-step-up-title = Enter a code
console-step-up-note = This step changes data. A proof counts for 10 minutes; then do it again.
console-step-up-none = You have no authenticator yet, and this step needs one.
console-step-up-go = Confirm

### Dashboard

console-dashboard-title = Do both sides agree?
console-dashboard-empty = Nothing was synced yet
console-dashboard-empty-text = Look at a preview first; it writes nothing.
console-see-preview = See the preview
console-dashboard-agreement = Agreement
console-dashboard-events = Events, 24 hours
console-dashboard-quota = Monthly quota
console-dashboard-waiting = To decide
console-dashboard-changes = Latest
console-dashboard-runs = Latest runs
console-agreement-line = { $compared } records, { $different } differ
console-agreement-label = { $days } days: lowest { $low }, now { $last }
console-agreement-missing =
    { $count ->
        [one] { $count } day without a complete run
       *[other] { $count } days without a complete run
    }
console-agreement-fields = Fields that differ
console-swept-at = Last sweep
console-next-sweep = Next
console-last-event = Last event
console-events-label =
    { $count ->
        [one] { $count } event in 24 hours
       *[other] { $count } events in 24 hours
    }
console-events-unknown = Events are not counted yet
console-quota-label = { $used } of { $granted } metered calls this month
console-quota-unknown = DingTalk's grant is not known yet
console-nothing-waits = Nothing waits for you.
console-waiting-unknown = What waits cannot be read now
console-wait-holds = { $count } held
console-wait-conflicts =
    { $count ->
        [one] { $count } conflict
       *[other] { $count } conflicts
    }
console-wait-matches =
    { $count ->
        [one] { $count } match to confirm
       *[other] { $count } matches to confirm
    }
console-wait-quarantine = { $count } in quarantine
console-pause = Pause writing
console-resume = Resume writing
console-paused-since = Writing is paused since { $text }. Events are laid aside; none is lost.

### Runs

console-runs-title = How did the syncs go?
console-runs-empty = No run yet
console-runs-empty-text = After the first sync, each run stands here: what it saw, what it changed, what was not written and why.
console-run-title = The run of { $text }
console-run-complete = Complete
console-run-partial = Not read in full; no one was removed
console-run-waits = Waits for a person
console-run-failed = Failed
console-run-running = Running
console-run-seen = People seen
console-run-seen-unknown = The list broke off: unknown
console-run-throttled = Throttled
console-run-notes = What was different
console-run-troubles = Records that were not written
console-run-no-troubles = Every record was written.
console-run-calls = Calls
console-run-no-calls = DingTalk was not called.
console-record-unlinked = A record without a link

### Queues

console-queues-title = What waits for your decision?
console-queue-holds = Held
console-queue-conflicts = Conflicts
console-queue-quarantine = Quarantine
console-queue-matches = Matches
console-queue-holds-about = Too much at once: it is held. Release it after a look, or do nothing.
console-queue-conflicts-about = Both sides changed the same field. Choose a value; you can take it back.
console-queue-quarantine-about = Undecidable, or refused by a side. All other records go on.
console-queue-matches-about = Perhaps the same person, but the evidence is not enough. You decide.
console-queue-empty = Nothing to decide
console-queue-holds-empty = Changes to too many people or fields at once stop here first.
console-queue-conflicts-empty = Only fields that both sides may change can conflict.
console-queue-quarantine-empty = Records that cannot be told apart and values that a side refuses stop here.
console-queue-matches-empty = At the first binding, matches without enough evidence stand here.
console-hold-count =
    { $count ->
        [one] { $count } change is held
       *[other] { $count } changes are held
    }
console-hold-release-ask = Release…
console-hold-release = Release
console-hold-release-note = The next sync writes { $count ->
        [one] this { $count } change
       *[other] these { $count } changes
    }. You can take it back until then; afterwards each is changed back by hand. A code is needed.
console-hold-released = Released, waits for the next sync
console-hold-take-back = Take the release back
console-stands-now = Both sides have this value now
console-conflict-keep = Use this value
console-conflict-resolved = Decided
console-tries-count =
    { $count ->
        [one] tried { $count } time
       *[other] tried { $count } times
    }
console-tried-again = tried again at { $text }
console-tried-never = not tried again by itself
console-match-question = Is this the same person?
console-match-same = The same person
console-match-different = Different people

### Plans

console-plans-title = What would change next?
console-plans-about = See the plan, approve it, then it is written. What you see is what is written.
console-plans-empty = No plan yet
console-plans-empty-text = Make one and look. Neither side is written to.
console-plan-make = Make a plan
console-plan-title = What would change?
console-plan-making = Being made
console-plan-making-text = Both lists are being read; the page updates itself.
console-plan-open = Waits for approval
console-plan-approved = Approved
console-plan-applying = Being written
console-plan-applied = Written
console-plan-superseded = Replaced by a newer one
console-plan-failed = Could not be made
console-plan-incomplete = The lists were not read in full: this plan removes no one.
console-plan-cost = About { $calls } calls, { $metered } of them metered; about { $seconds } s
console-plan-progress = { $done } of { $total } written
console-plan-approve = Approve
console-plan-approve-note = Approving writes nothing yet. Items whose sides have moved since are not written.
console-plan-apply = Write it
console-plan-apply-note = Writing needs a code. You can pause at any time; the journal keeps each change.
console-plan-held = Held, not written
console-plan-items =
    { $count ->
        [one] { $count } change
       *[other] { $count } changes
    }
console-plan-empty = Nothing to change
console-plan-empty-text = Both sides agree.
console-plan-link-only = Both sides agree: only the link is stored
console-verb-create = Create
console-verb-update = Update
console-verb-remove = Mark as left
console-verb-link = Link

### People

console-people-title = Find a person
console-people-search = Job number, mobile, DingTalk id or name
console-people-start = Type to search; this page never lists everyone.
console-people-none = No one is called “{ $text }”
console-people-none-text = Try a job number or mobile. People outside the granted range are not visible.
console-person-unnamed = A person without a name
console-person-fields = Fields
console-person-timeline = Timeline
console-person-no-timeline = The sync has not changed this person yet.
console-person-dingtalk-id = DingTalk id
console-person-ehr-id = eHR id
console-person-not-there = Not on this side
console-person-reveal = Show values
console-person-reveal-note = The journal records that you looked.
console-person-revealed = Values are shown; the journal has it.

### Journal

console-journal-title = Who did what, and when?
console-journal-search = Person, action or record
console-journal-empty = Nothing found
console-journal-empty-text = Each change and each look at values stands here.
console-actor-sync = The sync
console-action-other = action { $text }
console-action-read-dashboard = read the overview
console-action-read-runs = read the runs
console-action-read-queues = read the queues
console-action-decide-record = decided a record
console-action-release-hold = released a hold or took it back
console-action-read-plans = read the plans
console-action-make-plan = made or approved a plan
console-action-apply-plan = wrote
console-action-read-people = looked for people
console-action-reveal-values = looked at values
console-action-read-journal = read the journal
console-action-use-doctor = checked the health
console-action-pause-writes = paused writing
console-action-resume-writes = resumed writing
console-action-read-wizard = read the wizard
console-action-bind = changed the binding
console-outcome-done = Done
console-outcome-refused = Refused
console-outcome-failed = Failed
console-outcome-unknown = Unknown

### Doctor

console-doctor-title = Is the binding healthy?
console-doctor-check = Check again
console-doctor-checked = Last checked
console-doctor-summary = { $proven } fine, { $care } to care about, { $stopped } stopped, { $unknown } unknown
console-doctor-wrong = To be mended
console-doctor-unknown = Could not be checked
console-doctor-proven = Proven
probe-no-evidence = There is no evidence yet.
probe-no-evidence-remedy = Check again; if it stays, look at what is stopped above.
probe-token = App credentials
probe-token-proves = AppKey and AppSecret gave an access token. Says nothing about permissions.
probe-token-refused = DingTalk does not accept AppKey and AppSecret.
probe-token-refused-remedy = Copy them again from 凭证与基础信息 and enter them in the wizard.
probe-token-unreachable = DingTalk did not answer. This may pass by itself.
probe-token-unreachable-remedy = Wait some minutes; if it stays, check the outgoing network.
probe-company = The right company
probe-company-proves = The app belongs to the bound company.
probe-company-other = The app belongs to another company.
probe-company-other-remedy = Enter the credentials of this company's own app.
probe-read-contacts = Reading contacts
probe-read-contacts-proves = One department and one person were read.
probe-read-contacts-missing = The app may not read contacts: the permission is missing, or its version is not published.
probe-read-contacts-missing-remedy = Apply under 权限管理, then publish a version under 版本管理与发布.
probe-write-contacts = Writing contacts
probe-write-contacts-proves = A write that changes nothing was accepted.
probe-write-contacts-missing = The app may not write contacts: the permission is missing, or its version is not published.
probe-write-contacts-missing-remedy = Apply for writing contacts under 权限管理, then publish a version.
probe-scope = Range
probe-scope-proves = What is visible is what you accepted, and no one is outside.
probe-scope-changed = The visible range has changed; no one is removed.
probe-scope-changed-remedy = Check the range under 权限管理, then accept the new one.
probe-scope-left-out =
    { $people ->
        [one] { $people } person is
       *[other] { $people } people are
    } outside the range and not synced.
probe-scope-left-out-remedy = Set both the range under 权限管理 and the one under 版本管理与发布 to the whole company.
probe-scope-partial = The app sees some departments only; how many people are outside was not counted.
probe-scope-partial-remedy = Set it to the whole company, or name the scope in the policy.
probe-hidden-fields = Visible fields
probe-hidden-fields-proves = DingTalk shows every field that the mapping uses.
probe-hidden-fields-found = DingTalk does not show: { $fields }. They are neither synced nor emptied.
probe-hidden-fields-found-remedy = Apply for the fields' permissions under 权限管理 and publish a version.
probe-callback = Callback address
probe-callback-proves = DingTalk sent check_url, we answered, and DingTalk accepted.
probe-callback-none = There is no public address: sweeps carry the changes.
probe-callback-none-remedy = Deploy a public address to follow changes within seconds.
probe-callback-unverified = DingTalk has not verified the callback address: no event arrives.
probe-callback-unverified-remedy = Enter address, token and aes_key under 事件订阅 and save.
probe-events = Events arrive
probe-events-proves = Events arrived within seven days, and no sweep found a change that they missed.
probe-events-off = No events: sweeps carry the changes.
probe-events-off-remedy = Set up the callback address if you need them.
probe-events-missed =
    { $changes ->
        [one] { $changes } change
       *[other] { $changes } changes
    } of the last seven days came without an event; sweeps found them.
probe-events-missed-remedy = Check the ticked events under 事件订阅, or sweep more often.
probe-events-silent = No event for { $days } days.
probe-events-silent-remedy = Change someone's title in DingTalk as a test; without an event, save the subscription again.
probe-sweeps = Sweeps
probe-sweeps-proves = The last complete sweep ended in time.
probe-sweeps-old = No complete sweep for { $hours } hours.
probe-sweeps-old-remedy = Open the latest run to see where it stopped.
probe-quota = Monthly quota
probe-quota-proves = At this pace the quota lasts for the month.
probe-quota-runs-out = { $used } of { $granted } used: at this pace it runs out this month.
probe-quota-runs-out-remedy = Run metered modules less often, or ask DingTalk for more.
probe-quota-spent = { $used } of { $granted } used up: metered modules stop until next month.
probe-quota-spent-remedy = Ask DingTalk for more. Contacts are not metered and go on.
probe-clock = Clock
probe-clock-proves = Within a minute of DingTalk's time.
probe-clock-off = { $seconds } s off DingTalk's time: signatures are refused.
probe-clock-off-remedy = Set this machine's clock.
probe-ehr = The eHR
probe-ehr-proves = The eHR accepted our credentials and answered a read.
probe-ehr-refused = The eHR does not accept our credentials.
probe-ehr-refused-remedy = Check the key in the eHR and authorise again.
probe-ehr-unreachable = The eHR did not answer. This may pass by itself.
probe-ehr-unreachable-remedy = Wait some minutes; if it stays, ask the eHR's administrator.
probe-messages = Messages
probe-messages-proves = DingTalk accepted every message of the last seven days.
probe-messages-refused = DingTalk refused { $refused } of { $sent } messages in the last seven days.
probe-messages-refused-remedy = Check the AgentId, and whether the app's visibility includes the recipients.
probe-journal = Journal
probe-journal-proves = Every hash was recomputed; nothing was altered.
probe-journal-broken = The hash chain does not fit: the journal was altered.
probe-journal-broken-remedy = Pause writing and find the entry with the archive's copies.
probe-secret-age = Age of the secret
probe-secret-age-proves = The AppSecret is younger than 90 days.
probe-secret-age-due = The AppSecret is { $days } days old.
probe-secret-age-due-remedy = Reset it in DingTalk and enter it in the wizard.
probe-waiting = Waiting decisions
probe-waiting-proves = No decision waits for more than seven days.
probe-waiting-long =
    { $count ->
        [one] { $count } decision has
       *[other] { $count } decisions have
    } waited for more than seven days.
probe-waiting-long-remedy = Open “To decide”.

### Wizard

wizard-steps = Steps
wizard-next = Next
wizard-save = Save
wizard-later = This step comes after the ones before it.
wizard-to-current = To the current step
wizard-read-only = Only the owner can bind; you can look.
wizard-step-done = Done
wizard-step-skipped = Skipped
wizard-step-current = Now
wizard-check-again = Check again
wizard-proof-untried = Not tried
wizard-proof-proven = Proven
wizard-proof-refused = Refused
wizard-proof-unreachable = No answer
wizard-fault-approved = The first plan is approved: earlier choices do not change any more.
wizard-fault-too-early = A step before this one is not done.
wizard-fault-unknown-ehr = This eHR is not offered.
wizard-make-app = Make the app
wizard-make-app-title = Make the app in DingTalk
wizard-make-app-about = Takes a DingTalk administrator about a minute. Every value below can be copied.
wizard-make-app-create = Open DingTalk's developer console and create an internal app.
wizard-open-console = Open the developer console (new window)
wizard-make-app-trail-create = 开发者后台 → 应用开发 → 企业内部应用 → 钉钉应用 → 创建应用
wizard-make-app-name = Name of the app
wizard-make-app-description = Description
wizard-make-app-permissions = Apply for these permissions. Some count at once, some need DingTalk's approval.
wizard-make-app-trail-permissions = 开发配置 → 权限管理
wizard-make-app-redirect = Enter where people come back to after signing in.
wizard-make-app-trail-security = 开发配置 → 安全设置 → 重定向URL
wizard-make-app-redirect-url = Redirect URL
wizard-make-app-publish = Publish a version. Without it, the settings above do not count.
wizard-make-app-trail-publish = 应用发布 → 版本管理与发布 → 创建新版本 → 保存 → 直接发布
wizard-make-app-publish-note = When you publish again later, keep 工作台应用 ticked, or the page app goes offline.
wizard-make-app-published = Is it published?
wizard-make-app-published-yes = It is published
wizard-make-app-published-waits = It waits for another administrator
wizard-make-app-waits = Come back when it is approved; the wizard goes on here.
wizard-permission-departments = Read departments
wizard-permission-members = Read lists of members
wizard-permission-member = Read a person
wizard-permission-mobile = Read mobile numbers, to match and to sync
wizard-permission-write = Write contacts; only needed if the eHR decides
wizard-permission-remedy = Missing or unpublished cannot be told apart. Do both: apply under 权限管理, then publish under 版本管理与发布.
wizard-permission-not-needed = The chosen direction does not need it.
wizard-choose-ehr = Choose the eHR
wizard-choose-ehr-title = Which eHR?
wizard-choose-ehr-about = You can change it later, after a preview.
wizard-choose-ehr-legend = The eHR
wizard-ehr-ledger = The built-in ledger: no other system is needed
wizard-credentials = Credentials
wizard-credentials-title = Are the credentials right?
wizard-credentials-about = Paste four values; they are tried at once.
wizard-credentials-trail = 开发者后台 → 应用 → 凭证与基础信息
wizard-credential-corp-id = CorpId (the company's id)
wizard-credential-agent-id = AgentId
wizard-credential-app-key = Client ID (once AppKey)
wizard-credential-app-secret = Client Secret (once AppSecret)
wizard-credentials-secret-note = The secret goes to the vault and is never shown again, here or anywhere.
wizard-credentials-prove = Try and save
wizard-credential-missing = It is missing.
wizard-credential-not-a-value = It has spaces or characters that do not belong here: perhaps something else was pasted.
wizard-credential-not-a-corp-id = A CorpId begins with “ding”.
wizard-credential-not-a-number = An AgentId is a number.
wizard-credential-same-as-key = It is the same as the Client ID: pasted twice.
wizard-prove-secret = They give an access token
wizard-prove-secret-remedy = Copy both again, without spaces.
wizard-prove-company = The app belongs to this company
wizard-prove-company-remedy = CorpId and app must be of the same company.
wizard-prove-agent = The AgentId is this app's
wizard-prove-agent-remedy = Copy the AgentId from the same page.
wizard-callback = Callback
wizard-callback-title = Does the callback work?
wizard-callback-about = Enter these three in DingTalk and save: this turns green by itself.
wizard-callback-trail = 开发配置 → 事件订阅 → HTTP 推送
wizard-callback-url = Request URL
wizard-callback-token = Token
wizard-callback-aes-key = aes_key
wizard-callback-keys = Make token and aes_key
wizard-callback-keys-once = Shown this once. Making them again gives new ones, and these end.
wizard-callback-pasted = Pasted and saved
wizard-callback-verified = DingTalk has verified it
wizard-callback-waits = Waiting for DingTalk's check_url
wizard-callback-skipped = Skipped: sweeps carry the changes
wizard-callback-no-address = There is no public address here: DingTalk cannot send events.
wizard-callback-skip = Skip, and use sweeps
wizard-callback-skip-note = Syncing works without it, later: changes follow with the next sweep.
wizard-callback-help = Nothing happens?
wizard-callback-help-address = The address must be reachable from the internet, by https.
wizard-callback-help-keys = Token and aes_key must be of the same making.
wizard-callback-help-save = DingTalk lists the events only after saving succeeded.
wizard-permissions = Permissions
wizard-permissions-title = Is everyone visible?
wizard-permissions-about = Each permission was tried by a harmless call, whatever the settings say.
wizard-ranges = Range
wizard-range-departments =
    { $count ->
        [one] { $count } department is visible
       *[other] { $count } departments are visible
    }
wizard-range-people =
    { $count ->
        [one] { $count } person
       *[other] { $count } people
    }
wizard-range-left-out =
    { $count ->
        [one] { $count } person is
       *[other] { $count } people are
    } outside and will not be synced.
wizard-range-remedy = Set both ranges to the whole company: 授权范围 under 权限管理, 可使用范围 under 版本管理与发布.
wizard-range-whole = All { $text } people that DingTalk counts are visible.
wizard-range-unknown = DingTalk does not say how many people there are: whether someone is outside is not known.
wizard-range-untried = Not tried yet.
wizard-range-two = DingTalk has two ranges: 授权范围 says whom we may read, 可使用范围 who may use the app and get messages.
wizard-authorise = Authorise
wizard-authorise-title = An administrator authorises
wizard-authorise-about = An administrator signs in on DingTalk's own page and proves that it is this company.
wizard-authorise-go = Authorise at DingTalk
wizard-authorise-by = Authorised by
wizard-authorise-none = Not authorised yet
wizard-authorise-company = It is this company
wizard-authorise-other-company = Another company was chosen: do it again
wizard-authorise-everyone = Their range covers everyone
wizard-authorise-some = Their range does not cover everyone: ask a primary administrator
wizard-authorise-no-address = No redirect address is registered here, so that a browser cannot authorise.
wizard-direction = Who decides
wizard-direction-title = Which side decides?
wizard-direction-about = Each field has one side that decides it, and so do joining and leaving. You can change single fields later.
wizard-direction-legend = Who decides
wizard-direction-dingtalk = DingTalk decides: its changes are written to the eHR
wizard-direction-ehr = The eHR decides: its changes are written to DingTalk
wizard-direction-note = The other side's own edits are overwritten; the journal keeps what was lost.
wizard-plan = Preview
wizard-plan-title = What would the first sync do?
wizard-plan-about = Reads both lists and finds the differences. Nothing is written.
wizard-plan-make = See the preview
wizard-plan-none = There is no plan yet.
wizard-plan-look = Look at each change
wizard-approve = Approve
wizard-approve-title = Go by this plan?
wizard-approve-about = The last step before anything is written. What is approved is what is written.
wizard-approve-backup = The plan keeps each value that is changed, so that it can be put back.
wizard-progress = First sync
wizard-progress-title = The first sync
wizard-progress-about = You may close this page; the sync goes on.
wizard-report = Report
wizard-report-title = It is bound
wizard-report-about = From now on both sides are kept in step.
wizard-report-read = Fine
wizard-report-go = To the overview
