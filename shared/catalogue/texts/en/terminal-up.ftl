# What `bangding up` says in the terminal.

up-started-sandbox = ● started        the sandbox DingTalk at { $url }, state in { $path }
up-started-dingtalk = ● started        DingTalk at { $url }, state in { $path }
up-waiting = ▲ waiting        { $reason }; asked again in { $seconds } s
up-credentials = ● credentials    AppKey and AppSecret gave an access token
up-company-proven = ● company        the app belongs to { $corp }
up-company-unproven = ▲ company        this server cannot prove the company; the first event will
up-scope-whole = ● permissions    contact scope: the whole company; { $fields } fields are shown, mobile among them
up-scope-part = ● permissions    contact scope: { $departments } departments, { $people } people; { $fields } fields are shown, mobile among them
up-callback-verified = ● callback       verified by check_url: { $url }
up-callback-verified-later = ● callback       verified by check_url; changes now arrive at once
up-callback-waits =
    ○ callback       not verified yet; the sync goes on. Under 事件与回调 in the developer console, enter:
    { "  " }request URL  { $url }
    { "  " }token        { $token }
    { "  " }aes_key      { $key }
up-callback-unreachable = ▲ this is an address of this machine, which DingTalk cannot reach: receive events with --stream, forward a public address to it, or deploy
up-stream-waits = ○ stream         not connected yet; the sync goes on, and the connection is tried again and again
up-stream-choose = under 事件与回调 in the developer console choose Stream mode, press 已完成接入，验证连接通道, and tick the contact events
up-stream-connected = ● stream         connected; changes arrive at once
up-stream-lost = ▲ stream         disconnected, connecting again; nothing that changes meanwhile is lost. { $reason }
up-reading = reading: { $departments } departments, { $people } people
up-progress = { $bar } { $position } / { $total }, { $speed } a second, about { $eta }
up-preview = ● plan           new: { $departments_new } departments, { $people_new } people · to look at again: { $departments_changed } departments, { $people_changed } people · missing: { $people_missing }
up-report =
    { $verdict ->
        [incomplete] ■ incomplete{ "    " }
        [waits] ▲ waits{ "         " }
       *[complete] ● in step{ "       " }
    }  the ledger holds { $people } people, { $departments } departments · created { $created } updated { $updated } marked left { $removed } held { $held } · { $writes } writes, { $calls } calls, { $throttled } throttled, { $seconds } s
up-held =
    ■ held, { $count ->
        [one] one record
       *[other] { $count } records
    }: { $reason }
up-scope-waits = ■ the app's contact scope is not the accepted one. If that is right, start again with --accept-scope
up-roster-waits =
    ■ only DingTalk's HR roster knows the kind of employment of some people, and the app cannot read it: grant qyapi_hrm_read_user and open Smart HR, or write the kind in the eHR. Until then these people are left unchanged
up-trouble = ■ one record is not in step: { $reason }
up-troubles-more = ■ and { $count } more
up-console =
    ● console        { $url }
    { "  " }a link that signs in once, for 30 minutes: { $link }
up-following-sandbox = ● following changes. Hire, rename, move or dismiss people at { $url }; Ctrl+C ends
up-following = ● following changes; Ctrl+C ends
up-event-held = held, waits for a person
up-event-unchanged = already in step
up-event-updated = updated
up-event-removed = marked left
up-event-created = created
up-swept = ↻ sweep  { $people } people, { $changes } changes, { $seconds } s
up-sweep-failed = ■ no sweep took place: { $reason }
up-bound-message = Bangding: the directory is bound to the built-in ledger, and the first sync is complete.
