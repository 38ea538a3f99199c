# 每個代碼對應的句子（臺灣正體）。句末不加句號。

### What earlier versions stored

stored-text = { $text }

### More than one reason

several = { $first }；{ $second }

### Too much at once

guard-too-many-removals = { $people } 人裡有 { $removals } 人要標記為離職，上限 { $limit }
    .remedy = 先核對由哪一方決定離職；確認無誤後放行：bangding hold release
guard-too-many-deletions = { $people } 人裡今天有 { $removals } 人要從釘釘刪除，上限 { $limit }
    .remedy = 先核對 eHR 裡誰已離職；確認無誤後放行：bangding hold release
guard-too-many-departments = 共 { $size } 個部門和人，今天要撤銷部門連同其下的人 { $removals } 個，上限 { $limit }
    .remedy = 先到主資料方核對部門；確認無誤後放行：bangding hold release
guard-held-before = 之前已攔下，等人放行
    .remedy = 放行：bangding hold release
guard-field-emptied = { $people } 人裡有 { $records } 人的{ $field }會被清空，上限 { $limit }
    .remedy = 先查清來源方為什麼沒有這個欄位的值；確認無誤後放行：bangding hold release
guard-field-changed = { $people } 人裡有 { $records } 人的{ $field }會改變，上限 { $limit }
    .remedy = 先到來源方核對新值；確認無誤後放行：bangding hold release

### Who is who

identity-userid-reused = 這個釘釘 userid 現在由另一個人使用
    .remedy = 核對兩個帳號是誰，更正 eHR 裡的資料後再試：bangding quarantine retry
identity-unionid-differs = 釘釘 userid 相同但 unionid 不同，等人確認是不是同一個人
    .remedy = 核對兩邊的資料，更正 eHR 裡儲存的釘釘編號
identity-name-differs = 員工編號相同但姓名不同，等人確認是不是同一個人
    .remedy = 在其中一邊更正姓名或員工編號
identity-job-number-differs = 姓名和手機號碼相同但員工編號不同，等人確認是不是同一個人
    .remedy = 在其中一邊更正員工編號
identity-kept-id-alone = eHR 裡記著這個釘釘 ID，但 unionid、姓名、員工編號和手機號碼都對不上，等人確認是不是同一個人
    .remedy = 更正 eHR 資料裡的釘釘 ID，或更正不一致的資訊
identity-record-of-another = eHR 資料裡的 unionid 不是釘釘裡缺少的那個人的
    .remedy = 更正 eHR 裡的資料，再重試：bangding quarantine retry
identity-two-accounts = 兩個釘釘帳號都對得上 eHR 裡的同一筆資料，等人確認是哪一個
    .remedy = 在釘釘裡移除不用的帳號，或更正 eHR 裡的資料
identity-two-records = eHR 裡兩筆資料都對得上同一個釘釘帳號，等人確認是哪一筆
    .remedy = 在 eHR 裡停用或更正其中一筆
identity-too-many-holders = 這個編號先後屬於太多人，已無法分辨
    .remedy = 在 eHR 裡給此人一個新編號
identity-department-duplicate = 釘釘裡同一個部門出現兩個：上次新增時的回應來得太晚
    .remedy = 在釘釘裡刪除沒有關聯的那一個
identity-name-hidden = 釘釘沒有提供名稱，沒有名稱就不新增資料
    .remedy = 授予應用程式讀取姓名的權限，或在釘釘裡補上名稱

### Why a change is made

change-new = { $side }裡新增
change-again = 在{ $side }裡重新出現
change-left = 已在{ $side }離職
change-decided = { $side }裡改了，以{ $side }為準
change-both-sides = 兩邊都改了，各以主資料方為準
change-adopted = 首次關聯，兩邊統一為主資料方的值
change-overwrites-edit = { $cause }；寫入方自己的修改被覆寫
change-missing-twice = 連續兩次完整同步都沒有，依編號也查不到
change-not-found = 主資料方已移除：收到事件，依編號也查不到
change-link-only = 兩邊一致，只記下關聯
change-finished-late = 寫到一半中斷，當時結果不明；現在兩邊已經一致
change-conflict-resolved = 有人處理了衝突：採用{ $side }的值
change-conflict-reopened = 有人撤回了衝突的決定
change-not-written = 沒有寫入：{ $cause }

### What a record waits for

wait-employee = { $field }在釘釘裡只有員工本人能改，等員工修改
    .remedy = 請員工在釘釘裡修改
wait-field-missing = 釘釘新增時必須有{ $field }，eHR 裡沒有
    .remedy = 在 eHR 裡補上
wait-stored-otherwise = { $side }存下的{ $field }與寫入的不同
    .remedy = 比較兩邊的值，在來源方更正
wait-administrator-left = 管理員或老闆已在 eHR 離職，同步絕不自動移除管理員
    .remedy = 確已離職的，先移交管理員權限，再到釘釘手動移除
wait-administrator-missing = 管理員或老闆在釘釘裡找不到，同步絕不自動移除管理員
    .remedy = 確已離職的，到 eHR 手動辦理離職
wait-department-occupied = 主資料方已移除這個部門，但裡面還有人或下層部門
    .remedy = 先把裡面的人和下層部門移走
wait-invitation = 已發出加入邀請，等本人在釘釘裡同意
    .remedy = 請本人在釘釘裡接受邀請
wait-policy-leaves-out = 依目前策略不同步這筆資料，或暫時無法判斷
wait-day = 即將生效：{ $date }
wait-grace = 已離職，寬限期到 { $date }，之後才移除
wait-next-sweep = 名單裡沒有，等下一次完整同步確認
wait-link-too-large = 這筆資料的關聯資訊太大，存不下
    .remedy = 減少此人所屬的部門數
wait-dingtalk-id-missing = 這筆關聯沒有釘釘認得的編號

### Why a record could not be looked at

look-dingtalk-failed = 讀寫釘釘沒有成功：{ $cause }
look-ehr-failed = 讀寫 eHR 沒有成功：{ $cause }
look-state-failed = 讀寫狀態資料沒有成功：{ $cause }
look-journal-failed = 稽核日誌寫不進去，其他也都沒有寫：{ $cause }
look-others-write = 一直有其他程式在寫同一筆資料，下次同步再看
look-write-unfinished = 有一次寫入沒有完成，下次同步再看
look-outcome-unknown = 不清楚{ $side }是否寫入成功，下次讀取時會知道
look-one-side-refused = 有一邊沒有接受寫入
look-no-canary = 連確定在職的人也查不到，「查不到」不足為憑，什麼都沒有移除
    .remedy = 檢查應用程式的通訊錄範圍和權限
look-ehr-finds-none = eHR 名單裡的人依編號一個也查不到，什麼都沒有移除
    .remedy = 檢查 eHR 的連線和權限
look-roster-unavailable = 本次同步中釘釘花名冊多次沒有回應，下次再查
look-writing-resumed = 期間已恢復寫入，這筆變更會重新處理

### Why nothing may be written

gate-paused = 已暫停寫入
    .remedy = 恢復寫入：bangding resume
gate-shadow = 影子模式：只做變更計畫，什麼都不寫
    .remedy = 正式啟用：bangding shadow off
gate-preview-needed = 策略版本 { $version } 要先預覽，之後才寫入
    .remedy = 做一份變更計畫，核准後執行：bangding plan
gate-policy-changed = 兩邊是按策略版本 { $read_under } 讀取的，期間已啟用版本 { $active }
    .remedy = 下一次同步按新版本讀取和判斷
gate-binding-removed = 綁定已移除

### Why a list is not complete

snapshot-departments-unread = { $departments } 個部門沒有讀完整
snapshot-departments-misplaced = { $departments } 個部門在組織架構裡找不到位置
    .remedy = 更正這些部門的上層部門
snapshot-scope-changed = 應用程式的通訊錄範圍與已接受的不同
    .remedy = 到開發者後台核對範圍；確認無誤後接受：bangding up --accept-scope
snapshot-empty = 名單是空的，但已有關聯的人
    .remedy = 檢查應用程式的通訊錄範圍和 eHR 的連線
snapshot-counts-differ = 釘釘統計的人數之前 { $before }、之後 { $after }，名單裡讀到 { $seen }
snapshot-parent-missing = 部門 { $department } 的上層部門沒有讀到
    .remedy = 檢查上層部門是否存在、是否在通訊錄範圍內
snapshot-department-cycle = 部門 { $department } 成了自己的上層
    .remedy = 更正它的上層部門

### What a run reports

run-nothing-removed = 本次同步不移除任何人：{ $cause }
run-nothing-written = 什麼都沒有寫：{ $cause }
run-plan-instead = 什麼都沒有寫：{ $cause }。變更計畫 { $plan } 列出 { $changes } 項變更
run-strangers = 釘釘名單裡全是沒有關聯過的人，可能是另一家企業的資料，什麼都沒有寫
    .remedy = 核對應用程式的 CorpId；企業沒有錯的，重新綁定
run-department-unread = 部門 { $department } 沒有讀完整：{ $cause }
run-journal-open = 本次執行的稽核日誌沒有收尾：{ $cause }
run-journal-head-not-copied = 稽核日誌的鏈頭沒有備份到封存：{ $cause }
run-ehr-not-counted = 沒有數清 eHR 裡的人數：{ $cause }
run-missing-record-found = 有資料名單裡沒有，依編號查得到，維持不變
run-employment-left-out = { $people } 人維持不變：策略不含他們的員工類型
run-employment-unknown = { $people } 人維持不變：員工類型只有釘釘花名冊知道
    .remedy = 讓應用程式能讀花名冊，或在 eHR 裡寫明員工類型
run-roster-unreadable = 讀不到釘釘花名冊，員工類型只有花名冊知道的人維持不變：{ $cause }
    .remedy = 授予權限 qyapi_hrm_read_user 並開通智能人事，或在 eHR 裡寫明員工類型
run-unmatched = { $records } 筆資料只在{ $side }裡有，但入職不由{ $side }決定；沒有關聯，維持不變
run-throttled = 釘釘限流 { $times } 次，每次呼叫都已重試
run-token-renewed = access_token 被拒後更換了 { $times } 次
run-departments-dropped = { $departments } 個特殊部門沒有讀：通訊錄介面不提供
run-fields-unreadable = { $records } 筆記錄裡有讀不懂的欄位，這些欄位維持不變
    .remedy = 在釘釘裡檢視這些記錄，更正寫錯的值
run-entry-days-implausible = { $people } 人在釘釘裡的到職日期不像真實日期，維持不變
    .remedy = 在釘釘裡更正到職日期
run-calls-failed =
    { $times } 次釘釘呼叫失敗：{ $trouble ->
        [malformed] 回應無法解讀
        [busy] 釘釘忙碌
        [unreachable] 連線中斷
        [banned] 本機位址被暫時封鎖
       *[other] { $trouble }
    }
run-field-withdrawn = 釘釘不再向應用程式提供{ $field }，原有的值維持不變
    .remedy = 重新授予應用程式這個欄位的權限
run-deferred-change-failed = 停寫期間收到的一筆變更沒有處理成：{ $cause }
run-deferred-changes-wait = 停寫期間收到的變更還在等：{ $cause }
run-waiting-not-recorded = 等人處理的事項沒有記下，下次同步再記：{ $cause }
run-employees-not-asked = 有些只能員工自己改的，還沒有通知到本人，下次同步再通知：{ $cause }
run-plan-interrupted = 變更計畫中途停下：{ $cause }
run-items-moved = { $items } 項在做計畫之後又變了，沒有執行
    .remedy = 重新做一份變更計畫：bangding plan
run-names-incomplete = 計畫裡有些關聯只顯示編號，沒有名稱：{ $cause }
run-restarted =
    完整同步從頭開始：{ $why ->
        [missing] 上次的進度沒有存下
        [unreadable] 上次的進度打不開
        [version] 上次的進度由另一版本的程式寫下
        [policy] 策略變了
        [old] 上一段結束已超過 { $hours } 小時
       *[other] { $why }
    }
run-position-not-stored = 本段同步的進度沒有存下，下一段可能重做：{ $cause }
run-not-started = 沒有開始：{ $cause }

### 操作

order-not-allowed = 你的角色不能做這項操作（{ $action }）
    .remedy = 請綁定的負責人來做
order-step-up-needed = 這項操作（{ $action }）需要再驗證一次身分
    .remedy = 輸入驗證器上的動態碼
order-outside-scope = 這筆資料不在你負責的部門或團隊裡
    .remedy = 請負責全公司的 HR 來做
order-actor-missing = 沒有說明是誰在操作，稽核日誌必須記下來
    .remedy = 寫明你的名字：--by 名字
order-binding-unknown = 沒有這個綁定
    .remedy = 先綁定企業：bangding up
order-binding-ambiguous = 有 { $count } 個綁定，沒有說明是哪一個
    .remedy = 用 --binding 指明一個
order-cursor-invalid = 這不是這份清單裡的位置
    .remedy = 從頭開始看

### Plans

plan-unknown = 沒有這份變更計畫
    .remedy = 查看有哪些：bangding plan list
plan-unapproved = 這份變更計畫還沒有核准
    .remedy = 看過明細後核准：bangding approve
plan-not-as-approved = 計畫內容與核准時不同
    .remedy = 重新做一份：bangding plan
plan-other-policy = 計畫依策略版本 { $plan } 做成，目前是版本 { $active }
    .remedy = 重新做一份：bangding plan
plan-expired = 計畫已過 { $hours } 小時，最多 { $limit } 小時
    .remedy = 重新做一份，或用 --max-age 放寬
plan-superseded = 已有較新的計畫
    .remedy = 查看新的那一份：bangding plan list
plan-already-applied = 這份計畫已經執行過
plan-failed = 這份計畫沒有做成
    .remedy = 重新做一份：bangding plan
plan-changed-elsewhere = 剛剛有人執行或更動過這份計畫
    .remedy = 再看一次
plan-not-stored = 變更計畫沒有存下或讀出：{ $cause }
plan-content-missing = 封存裡沒有這份計畫的內容
    .remedy = 重新做一份：bangding plan
plan-content-unreadable = 這份計畫的內容打不開，或與做成時不同
    .remedy = 重新做一份：bangding plan
plan-field-moved = 做計畫之後，{ $side }裡的{ $field }又變了
    .remedy = 重新做一份：bangding plan
plan-field-also-moved = 做計畫之後，{ $side }裡的{ $field }也變了
    .remedy = 重新做一份：bangding plan
plan-record-gone = { $side }裡已經沒有這筆資料
plan-record-back = 原本要移除，現在又有了
plan-action-changed =
    計畫是{ $planned ->
        [create] 新增
        [update] 更新
        [remove] 移除
       *[other] 還原
    }，現在應是{ $now ->
        [create] 新增
        [update] 更新
        [remove] 移除
       *[other] 還原
    }
    .remedy = 重新做一份：bangding plan
plan-identity-changed = 做計畫之後，對應的編號變了
    .remedy = 重新做一份：bangding plan

### Binding a company

binding-none = 還沒有綁定企業
    .remedy = 先綁定：bangding up
binding-unknown = 沒有這個綁定
binding-connector-unknown = 本版本沒有綁定所用的 eHR 連接器「{ $connector }」
    .remedy = 換用新版程式
binding-unreadable =
    讀不出{ $part ->
        [policy] 綁定的策略
        [secret] 綁定的金鑰
       *[other] 綁定資訊
    }：{ $cause }
binding-check-failed =
    核對{ $step ->
        [credentials] { " " }AppKey 和 AppSecret{ " " }
        [company] 企業
        [scope] 通訊錄範圍
        [departments] 部門
        [members] 部門成員
        [head-count] 人數
        [fields] 可見欄位
        [token] access_token
        [callback] 回呼網址
       *[other] { " " }{ $step }{ " " }
    }沒有成功：{ $cause }
binding-scope-empty = 應用程式的通訊錄範圍裡沒有部門
    .remedy = 到開發者後台「权限管理」把範圍設為全公司或所需部門
binding-field-hidden = 釘釘沒有向這個應用程式提供{ $field }，什麼都沒有寫
    .remedy = 授予權限「{ $permission }」（{ $link }），然後重新綁定
binding-other-company = 這個資料目錄屬於另一家企業
    .remedy = 用 --data 給這家企業單獨的目錄
binding-callback-unconfirmed = 釘釘還沒有驗證回呼網址
    .remedy = 到開發者後台「事件与回调」填寫網址、token 和 aes_key 並儲存
binding-callback-url-unknown = 不知道回呼網址
    .remedy = 用 --url 指明
binding-callback-unproven = 回呼網址沒有接受新金鑰：{ $cause }
    .remedy = 確認這個網址能連到本程式後，再執行一次
binding-nothing-pending = 沒有等待啟用的新金鑰
    .remedy = 先執行 bangding rotate
binding-pasted-invalid =
    { $name } 不能用：{ $detail ->
        [empty] 是空的
        [blank] 中間有空格或換行，多複製了內容
       *[letter] 裡面有字母、數字、ASCII 符號以外的字元
    }
    .remedy = 到開發者後台重新複製，只複製值本身
binding-corp-id-invalid = CorpId 的格式不正確
    .remedy = 從開發者後台重新複製
binding-address-invalid = 這不是可用的網址
    .remedy = 寫成 http:// 或 https:// 加主機名稱
binding-secret-missing = 沒有 AppSecret
    .remedy = 設定環境變數 BANGDING_APP_SECRET，或在終端機裡執行後輸入
binding-id-needed = 需要指明綁定
    .remedy = 用 --binding 寫明回呼網址的最後一段

### This machine

machine-state-missing = { $path } 裡沒有資料
    .remedy = 先執行 bangding up，或用 --data 指定目錄
machine-state-in-use = 另一個 bangding 佔用著 { $path } 且沒有回應
    .remedy = 稍後再試，或先停掉它，或用 --data 換一個目錄
machine-port-taken = 連接埠已被佔用
    .remedy = 用 --port 換一個
machine-sandbox-failed = 沙箱沒有啟動：{ $cause }
    .remedy = 用 --data 換一個目錄，或刪除這個目錄
machine-aws-unreachable = 無法使用 AWS：{ $cause }
    .remedy = 檢查 AWS 憑證和區域
machine-failed = 本機發生問題：{ $cause }
    .remedy = 再執行一次；已完成的都會保留

### What DingTalk answers

dingtalk-throttled = 釘釘限流（{ $code }）
    .remedy = 不用處理：下次會自動放慢
dingtalk-token-refused = 釘釘拒絕了 access_token（{ $code }）
    .remedy = 檢查應用程式是否還在、AppSecret 是否被重設
dingtalk-permission-missing =
    應用程式缺少{ $permission ->
        [unnamed] 這個介面的權限
       *[other] 權限 { $permission }
    }
    .remedy = 授予權限：{ $link }
dingtalk-out-of-scope = 不在應用程式的通訊錄範圍內
    .remedy = 到開發者後台「权限管理」擴大通訊錄範圍
dingtalk-not-found = 釘釘裡沒有這筆資料
dingtalk-address-not-allowed = 本機對外 IP 不在應用程式的允許清單裡
    .remedy =
        到開發者後台「安全设置 > 服务器出口IP」加上{ $address ->
            [unknown] 本機對外 IP
           *[other] { " " }{ $address }
        }，或把清單清空
dingtalk-quota-used-up = 本月的釘釘呼叫額度已用完
    .remedy = 等到下月，或加購額度
dingtalk-banned = 釘釘暫時封鎖本機位址 { $minutes } 分鐘
    .remedy = 不用處理：屆時會自動繼續
dingtalk-reply-malformed =
    釘釘的回應無法使用：{ $detail ->
        [html] 傳回的是 HTML
        [redirect] 傳回的是轉址
        [no-code] 沒有錯誤碼
        [empty] 內容空白
        [cut-off] 不完整或不是 JSON
        [too-large] 內容太大
        [wrong-type] 欄位類型不對
        [contradiction] 前後矛盾或答非所問
        [endless] 分頁沒有盡頭
        [id] 編號不合法
        [unread] 之前就沒有讀成
       *[other] { $detail }
    }
    .remedy = 核對網址是不是釘釘的；沒有錯的不用處理，會自動再試
dingtalk-outcome-unknown = 不清楚釘釘是否執行了這次呼叫
    .remedy = 再做之前，先看釘釘裡目前的狀況
dingtalk-credentials-refused = 釘釘不接受這組 AppKey 和 AppSecret（{ $code }）
    .remedy = 到開發者後台「凭证与基础信息」重新複製 Client ID 和 Client Secret
dingtalk-company-refused = 這個應用程式不屬於該企業（{ $code }）
    .remedy = 核對 CorpId：應用程式必須建在這家企業裡
dingtalk-disabled = 應用程式或企業已停用（{ $code }）
    .remedy = 到釘釘管理後台啟用應用程式
dingtalk-agent-refused = 釘釘不接受這個 AgentId（{ $code }）
    .remedy = 從應用程式的基本資訊重新複製 AgentId
dingtalk-busy = 釘釘忙碌（{ $code }）
    .remedy = 不用處理：會自動再試
dingtalk-unreachable =
    連不上釘釘（{ $detail ->
        [no-connection] 沒有連線
        [lost] 連線中斷
        [timeout] 逾時
       *[other] { $detail }
    }）
    .remedy = 檢查網址和網路
dingtalk-interface-unknown = 這個伺服器沒有該介面
    .remedy = 核對伺服器網址
dingtalk-value-taken =
    釘釘裡另有資料在用這個{ $unique ->
        [userid] { " " }userid
        [mobile] 手機號碼
        [email] 信箱
        [telephone] 分機
       *[other] 部門名稱
    }（{ $code }）
    .remedy = 找出是誰在用，決定留給哪一個
dingtalk-field-refused = 釘釘不接受{ $field }的值（{ $code }）
    .remedy = 在來源方更正
dingtalk-department-not-empty = 釘釘裡這個部門不是空的（{ $code }）
    .remedy = 先把裡面的人和下層部門移走
dingtalk-root-protected = 釘釘的根部門不能在這裡修改或刪除
    .remedy = 到釘釘管理後台修改企業資訊
dingtalk-limit-reached = 企業在釘釘裡已達上限（{ $code }）
    .remedy = 完成企業認證，或拆分部門
dingtalk-smart-hr-decides = 職稱和部門由智能人事的職位管理決定（{ $code }）
    .remedy = 讓釘釘作為職稱和部門的主資料方，或到智能人事裡調動，或關閉職位管理
dingtalk-smart-hr-closed = 企業沒有開通智能人事（{ $code }）
    .remedy = 到釘釘管理後台開通智能人事（免費）
dingtalk-row-unreadable = 釘釘清單裡 { $id } 的 { $fields } 讀不懂，保持不變
    .remedy = 在釘釘裡查看這筆記錄，改正寫錯的值
dingtalk-unrecognised = 釘釘傳回了不認得的錯誤碼 { $code }，稍後再問
    .remedy = 如果一直這樣，到釘釘錯誤碼表查這個碼
dingtalk-refused = 釘釘拒絕了這次呼叫，錯誤碼 { $code }
    .remedy = 到釘釘錯誤碼表查這個碼
dingtalk-value-too-long = { $field }超過 { $limit } 個字，釘釘不收
    .remedy = 在來源方縮短
dingtalk-value-required = 釘釘要求必須有{ $field }
    .remedy = 在來源方補上
dingtalk-value-invalid = { $field }的值釘釘不收
    .remedy =
        { $field-key ->
            [mobile] 寫成 + 加國碼開頭的 6 到 15 位數字
            [name] 部門名稱為 1 到 64 個字，不含連字號和逗號
            [main_department] 從所屬部門裡選一個
            [manager] 只寫一位主管
           *[other] 在來源方更正
        }
dingtalk-too-many-departments = 此人所屬部門超過 { $limit } 個，釘釘不收
    .remedy = 減少所屬部門
dingtalk-custom-fields-unread = 沒有讀到現有的自訂欄位，只寫一部分會清掉其餘的
dingtalk-administrator-kept = 絕不刪除管理員和老闆
    .remedy = 先移交權限，再到釘釘手動移除
dingtalk-agent-id-missing = 綁定裡沒有 AgentId
    .remedy = 從應用程式的基本資訊複製 AgentId，然後重新綁定
dingtalk-not-sent =
    沒有送出呼叫（{ $detail ->
        [address] 網址不允許存取
        [header] access_token 無法傳送
        [userid] userid 不合法
        [people] 一次的人數太多或太少
        [query] 人數或天數超出一次呼叫的範圍
        [size] 內容太大
       *[other] { $detail }
    }）

### What the eHR answers

ehr-record-changed = eHR 裡的資料讀過之後又變了，下次會讀到新的
ehr-record-unknown = eHR 裡沒有這筆資料
ehr-refused = eHR 不接受這筆資料：{ $cause }
ehr-outcome-unknown = 不清楚 eHR 是否寫入成功
ehr-unavailable = eHR 沒有回應
    .remedy = 檢查 eHR 是否正常，會自動再試
ehr-reply-malformed = eHR 的回應無法解讀（{ $detail }）
ehr-credentials-refused = eHR 不接受這個金鑰（{ $code }）
    .remedy = 填一個有效的金鑰，原來的可能已被停用
ehr-permission-missing = 這個金鑰在 eHR 裡沒有權限（{ $code }）
    .remedy = 在 eHR 後台給金鑰開通該介面和該應用
ehr-address-not-allowed = eHR 不接受我們的出口位址（{ $code }）
    .remedy = 把出口位址加進金鑰的白名單，或去掉白名單
ehr-quota-used-up = eHR 的用量已用完（{ $code }）
    .remedy = 升級方案，或等到週期結束
ehr-throttled = eHR 要求放慢（{ $code }）
ehr-busy = eHR 正忙（{ $code }）
    .remedy = 稍後會再試
ehr-call-refused = eHR 拒絕了呼叫，錯誤碼 { $code }
ehr-code-unknown = eHR 回傳了未列出的錯誤碼 { $code }
    .remedy = 稍後會再試；一直這樣就回報這個碼
ehr-form-missing = eHR 裡沒有對應所指的應用或表單（{ $code }）
    .remedy = 重新選擇表單
ehr-field-missing = { $field }對應的欄位 { $key } 已不在表單裡
    .remedy = 給{ $field }重新選一個欄位
ehr-mapped-field-missing = 對應所指的欄位 { $key } 已不在表單裡
    .remedy = 在對應裡另選一個欄位
ehr-field-retyped = { $field }對應的欄位 { $key } 現在的類型是 { $found }，不是 { $expected }
    .remedy = 重新對應{ $field }
ehr-value-unreadable = 欄位 { $key } 的內容讀不懂
    .remedy = 在 eHR 裡改正
ehr-value-invalid = 欄位 { $key } 不能填這個值
ehr-option-unknown = 這個值不在欄位 { $key } 的選項裡
    .remedy = 在 eHR 裡加上選項，或改正這個值
ehr-field-read-only = { $field }在 eHR 裡的欄位不能寫入
    .remedy = 讓{ $field }以 eHR 為準
ehr-field-unmapped = { $field }沒有對應到 eHR 的欄位
    .remedy = 給{ $field }選欄位，或不同步它
ehr-status-unknown = 記錄的員工狀態是對應裡沒有說明的詞
    .remedy = 在對應裡說明這個詞的意思
ehr-status-unmapped = 對應裡沒有說明要寫入的員工狀態
    .remedy = 在對應裡補上
ehr-root-kept = eHR 的根部門不能改
    .remedy = 在 eHR 裡改根部門
ehr-parent-invalid = 上級部門的編號在 eHR 裡不成立
    .remedy = 在 eHR 裡查看上級部門
ehr-key-ambiguous = eHR 裡有 { $count } 筆記錄的編號相同
    .remedy = 在 eHR 裡改正，只留一筆
ehr-value-taken = eHR 裡另一筆記錄已有這個值
    .remedy = 改正其中一筆
ehr-organisation-locked = eHR 的部門是釘釘同步過去的，不寫入
    .remedy = 讓部門以釘釘為準
ehr-table-row-kept = 子表 { $key } 裡還有別的內容的一行會遺失
    .remedy = 不再需要時，在 eHR 裡刪除這一行
ehr-department-not-empty = eHR 裡這個部門不是空的（{ $code }）
    .remedy = 先移走裡面的人和下級部門
ehr-row-unreadable = 這一行沒有能讀的編號

### 讀取的表格

sheet-format-unknown = 檔案不是 CSV，也不是 xlsx 活頁簿
    .remedy = 用 Excel 或 WPS 開啟，另存為 .xlsx
sheet-old-or-protected = 檔案是舊的 .xls 活頁簿，或設了密碼
    .remedy = 開啟後去掉密碼，另存為 .xlsx
sheet-encoding-unknown = 文字的編碼認不出來
    .remedy = 另存為 CSV UTF-8
sheet-too-large = 表格超過 { $limit } 個儲存格
    .remedy = 刪掉花名冊下面和旁邊的內容，或分成幾份
sheet-header-missing = 沒有一列是花名冊的表頭
    .remedy = 用一列寫明欄名：工號、姓名、手機、部門…
sheet-key-column-missing = 表格沒有工號欄
    .remedy = 加一欄「工號」
sheet-several = 活頁簿裡有 { $count } 個工作表像花名冊
    .remedy = 只留其中一個
sheet-column-twice = 有幾欄和「{ $column }」意思相同
    .remedy = 只留一欄
sheet-column-unsure = 「{ $column }」這一欄可能是別的意思，沒有讀取
    .remedy = 換一個明確的欄名，例如「公司郵箱」
sheet-key-missing = 第 { $row } 列沒有工號
    .remedy = 填上工號
sheet-key-twice = 第 { $row } 列的工號和另一列相同
    .remedy = 改正其中一列
sheet-digits-lost = 第 { $row } 列的「{ $column }」是丟了位數的數字
    .remedy = 把這一欄設為文字格式，重新填寫
sheet-zeros-lost = 第 { $row } 列的「{ $column }」是數字，前面的零可能丟了
    .remedy = 把這一欄設為文字格式，重新填寫
sheet-day-unreadable = 第 { $row } 列的「{ $column }」不是日期
    .remedy = 寫成 2026-03-01
sheet-cell-error = 第 { $row } 列的「{ $column }」是公式錯誤
    .remedy = 改正公式
sheet-cell-formula = 第 { $row } 列的「{ $column }」是沒有結果的公式
    .remedy = 開啟檔案重新儲存，或貼上為數值
sheet-value-unreadable = 第 { $row } 列的「{ $column }」類型不對
    .remedy = 寫成文字

### The built-in ledger

ledger-record-unknown = 內建員工台帳裡沒有這個{ $kind }
ledger-name-unknown = 內建員工台帳裡沒有這個{ $kind }：{ $name }
    .remedy = 用姓名、員工編號、部門路徑或編號
ledger-name-ambiguous = 內建員工台帳裡有 { $count } 個{ $kind }叫{ $name }
    .remedy = 用員工編號、部門路徑或編號指明是哪個{ $kind }
ledger-id-taken = 這個編號已經存在
ledger-entry-changed = 剛剛有人改過這筆資料
    .remedy = 看過再試
ledger-field-unknown = { $kind }沒有{ $field }這個欄位
ledger-value-missing = { $field }不能空白
ledger-value-too-long = { $field }最多 { $limit } 個字
ledger-value-invalid = { $field }的值無法使用
    .remedy =
        { $field-key ->
            [mobile] 寫成 13800000000，境外號碼寫 +852… 這樣的國碼
            [email] 寫成 name@example.com 這樣的信箱
            [org_email] 寫成 name@example.com 這樣的信箱
            [name] 部門名稱不要用連字號和逗號，釘釘不收
            [employment] 從員工類型裡選：{ $choices }
           *[other] 不要用換行和控制字元
        }
ledger-value-taken = 這個{ $field }已有在職人員使用
    .remedy = 更正其中一筆
ledger-reference-unknown = { $field }指向的{ $kind }不存在，或已離職、已關閉
ledger-own-manager = 不能做自己的直屬主管
ledger-main-department-not-own = 主要部門必須是所屬部門之一
    .remedy = 用 --main-department 指明
ledger-head-not-member = 部門主管必須在該部門裡
    .remedy = 先把人調入
ledger-department-cycle = 部門不能放到自己下面
ledger-root-fixed = 公司本身只有一個，不能移動或關閉
ledger-department-name-taken = 同一層已有同名部門
    .remedy = 換一個名稱
ledger-department-not-empty = 裡面還有 { $people } 人、{ $departments } 個下層部門
    .remedy = 先移走
ledger-already-left =
    這個{ $kind }{ $kind-key ->
        [person] 已離職
       *[other] 已關閉
    }
    .remedy =
        { $kind-key ->
            [person] 先重新到職：bangding ehr rehire
           *[other] 先重新啟用：bangding ehr department reopen
        }
ledger-already-here =
    這個{ $kind }{ $kind-key ->
        [person] 在職或待到職
       *[other] 使用中
    }
ledger-day-invalid = 日期寫法不正確
    .remedy = 寫成 2026-03-01
ledger-day-past = 日期已過
    .remedy = 不寫日期就是今天生效
ledger-day-too-far = 日期太遠：9999-12-31 之類表示沒有期限
    .remedy = 沒有期限的不寫日期
ledger-leaves-before-entry = 離職日期不在到職日期之後
    .remedy = 要取消到職的：bangding ehr cancel
ledger-closes-ahead = 部門清空後當天關閉，不能預約
ledger-no-change = 本來就是這樣，沒有變化
ledger-nothing-scheduled = 沒有即將生效的變更
ledger-entry-too-large = 這筆資料太大，或編號存不下
ledger-changes-expired = 更早的變更已不再保留（保留 90 天）
    .remedy = 查看目前的全部：bangding ehr list
ledger-unavailable = 內建員工台帳暫時無法使用：{ $cause }

### What waits for a person

record-entry-unknown =
    沒有這筆{ $queue ->
        [conflict] 衝突
        [hold] 攔下的變更
       *[other] 隔離紀錄
    }
    .remedy = 查看有哪些：bangding { $queue } list --all
record-entry-ambiguous = 有 { $count } 筆以此開頭
    .remedy = 編號再多打幾位
record-entry-closed = 它已經結束
    .remedy = 查看詳情：bangding { $queue } show
record-nothing-to-undo = 沒有可撤回的
record-value-moved = { $side }裡的值後來又變了，什麼都沒有寫
    .remedy = 看一下這筆資料，哪邊錯就在哪邊改
record-not-shown = { $side }目前不顯示這筆資料或這個欄位，什麼都沒有寫
record-person-unknown = 沒有找到這個人或部門
    .remedy = 用釘釘 userid、員工編號或 eHR 編號
record-person-ambiguous = 有 { $count } 個同名
    .remedy = 用釘釘 userid 或員工編號
record-field-owned = 依目前策略，這個欄位由{ $side }決定
    .remedy = 到{ $side }裡改
record-employee-only = 這個欄位在釘釘裡只有員工自己能改
    .remedy = 請員工改
record-refused = 沒有被接受：{ $cause }
record-changed-elsewhere = 剛剛有人動過
    .remedy = 再看一次
record-not-now = 現在無法完成：{ $cause }
    .remedy = 過一會兒再試

### Policies

policy-not-json = 不是合法的 JSON（{ $detail }）
    .remedy = 用雙引號，不寫註解，最後一項後面不加逗號
policy-type-wrong =
    這裡應該是{ $expected ->
        [object] 大括號裡的物件
        [list] 中括號裡的清單
        [text] 雙引號裡的文字
       *[other] 數字
    }
policy-key-unknown = 沒有「{ $key }」這個鍵
    .remedy =
        { $nearest ->
            [none] { "" }
           *[other] 是不是「{ $nearest }」？
        }可用：{ $known }
policy-word-unknown = 不認識「{ $word }」
    .remedy =
        { $nearest ->
            [none] { "" }
           *[other] 是不是「{ $nearest }」？
        }可用：{ $known }
policy-key-duplicate = 「{ $key }」寫了兩次
    .remedy = 只留一個
policy-key-missing = 缺少「{ $key }」
    .remedy = 補上，或使用預設組合 ehr_is_master、dingtalk_is_master
policy-schema-unknown = 文件版本是 { $found }，本程式只認 { $known }
    .remedy = 寫 "version": { $known }，或換用新版程式
policy-number-out-of-range = 應該是 { $min } 到 { $max } 的整數
policy-percentage-invalid = 應該是 0 到 100 的百分比，最多一位小數
    .remedy = 寫 2 或 2.5，不加百分號和引號
policy-hours-invalid = 時段應寫成 HH:MM-HH:MM，起訖不同
    .remedy = 例如 "22:00-06:00"，中國標準時間（UTC+8）
policy-hours-too-short = 時段不足 15 分鐘
    .remedy = 放長一些：每 15 分鐘檢查一次，太短會錯過
policy-text-length = 應該是 1 到 { $limit } 個字
    .remedy = 縮短，或刪除
policy-id-invalid = 不是可用的編號：空白、太長，或含控制字元、'#'
    .remedy = 重新複製；釘釘部門編號加雙引號
policy-item-repeated = 清單裡重複了
    .remedy = 只留一個
policy-against-preset = 與預設組合 { $preset } 矛盾
    .remedy = 刪除這一項，或寫 "preset": "custom"
policy-lifecycle-unheard = 到職離職由{ $side }決定，但同步方向 { $direction } 從不寫它的決定
    .remedy = 改由另一方決定，或寫 "direction": "both"
policy-owner-unheard = 這裡由{ $side }決定，但同步方向 { $direction } 從不寫它的值
    .remedy = 改由另一方決定，或寫 "direction": "both"
policy-shared-one-way = 只有雙向同步才能有兩邊可寫的欄位，目前的方向是 { $direction }
    .remedy = 從 "shared" 裡去掉，或寫 "direction": "both"
policy-owned-and-shared = { $kind }的{ $field }既有主資料方又列為兩邊可寫
    .remedy = 從 "owners" 或 "shared" 裡去掉一處
policy-included-and-excluded = 同時列入和排除
    .remedy = 從其中一個清單裡去掉
policy-custom-fields-unused = 寫了自訂欄位，但同步範圍不含自訂欄位
    .remedy = 寫 "takes": "employees_and_custom"，或刪除 "custom_fields"
policy-custom-fields-missing = 同步範圍含自訂欄位，但沒有寫是哪些
    .remedy = 在 "custom_fields" 裡寫明，或寫 "takes": "employees"
policy-limits-crossed = removals_percent 大於 removals_percent_max
    .remedy = 調高 removals_percent_max，或調低 removals_percent
policy-mobile-waits = 釘釘不允許從外部修改既有員工的手機號碼：會請員工自行修改，改好之前這個欄位會一直等待
policy-field-shared = { $kind }的{ $field }兩邊都可寫：釘釘沒有條件式寫入，剛好落在讀與寫之間的修改可能遺失；凡讀到過的值都留在稽核日誌和衝突佇列裡
policy-guard-off = 依這個上限，一次移除所有人也不會被攔下
    .remedy = 調低上限
policy-no-grace = 沒有寬限期：eHR 裡離職的人會在下一次同步時從釘釘刪除，刪除的 userid 找不回來
    .remedy = 把 grace_days 設為 1 以上
policy-unknown-employment-out = 限定了員工類型：看不到類型的人不會同步
policy-employment-from-roster = 依員工類型篩選：eHR 裡沒有寫明類型的人要到釘釘花名冊查，查到之前維持原狀
    .remedy = 授予權限 qyapi_hrm_read_user 並開通智能人事
policy-refused = 策略沒有通過檢查（{ $problems } 處），目前策略不變
    .remedy = 查看哪裡不對：bangding policy check
policy-version-missing = 沒有策略版本 { $version }
policy-version-unreadable = 本程式無法解讀策略版本 { $version }
    .remedy = 換用新版程式，或重新設定策略
policy-not-stored = 策略沒有存下或讀出：{ $cause }

### Messages to people

message-change-your-mobile = 綁釘：公司 eHR （eHR）裡登記的你的手機號碼，與釘釘裡的不一致。釘釘帳號的手機號碼只能由你本人更換：我的 → 設定 → 帳號與安全 → 更換手機號碼。換好後會自動同步，不需回覆；若 eHR 裡登記有誤，請聯絡人事部門
message-out-of-date = 一整天都沒有連上釘釘，訊息沒有送出
    .remedy = 重新編寫後再送出
message-id-invalid = 訊息編號應為 1 到 64 個字母、數字、連字號或底線
message-empty = 訊息要有收件人和內容
message-too-long = 訊息有 { $bytes } 位元組，上限 { $limit }
    .remedy = 縮短訊息
message-not-queued = 訊息沒有存下或排入佇列，再送一次會補齊：{ $cause }
message-outcome-unknown = 不清楚訊息是否送出，不會再送
message-result-unknown = 釘釘沒有回報訊息送達了誰

### Database, secrets, queues and archive

state-unavailable =
    { $part ->
        [secrets] 金鑰庫
        [queue] 佇列
        [archive] 封存
       *[other] 資料庫
    }沒有回應，會自動再試
state-refused =
    { $part ->
        [secrets] 金鑰庫
        [queue] 佇列
        [archive] 封存
       *[other] 資料庫
    }拒絕了請求（{ $detail }）
    .remedy = 檢查這個函式在 AWS 的權限
state-malformed = 儲存的資料無法解讀：{ $item }
    .remedy = 從備份還原
state-newer-version = 儲存的資料是版本 { $found }，本程式只認 { $known }：{ $item }
    .remedy = 換用新版程式
state-changed-elsewhere = 讀過之後，資料被其他程序改了
state-already-exists = 這個編號已經存在
state-too-large = 資料有 { $bytes } 位元組，上限 { $limit }
state-secret-missing = 沒有這個金鑰
    .remedy = 重新綁定企業
state-not-opened = 加密的資料在這裡打不開
    .remedy = 核對金鑰是不是這家企業的
state-id-invalid =
    { $what ->
        [corp] CorpId{ " " }
        [binding] 綁定編號
        [userid] userid{ " " }
        [unionid] unionid{ " " }
        [run] 執行編號
        [link] 關聯編號
       *[other] 資料編號
    }不合法（{ $why ->
        [empty] 空白
        [long] 太長
       *[other] 含不允許的字元
    }）

### The journal

journal-not-written = 稽核日誌寫不進去：{ $cause }
journal-continued-elsewhere = 另一個程序在寫本次執行的稽核日誌
journal-closed = 本次執行的稽核日誌已經收尾
journal-entry-too-large = 稽核日誌的一筆太大
journal-entry-unreadable = 這筆稽核日誌無法解讀
    .remedy = 用備份比對這次執行
journal-entry-missing = 稽核日誌缺了一筆，或位置不對、屬於別次執行
    .remedy = 用備份比對這次執行
journal-entry-changed = 這筆稽核日誌與當初寫下的不同
    .remedy = 用備份比對這次執行
journal-head-missing = 稽核日誌的鏈頭遺失、無法解讀或位置不對
    .remedy = 用備份比對稽核日誌
journal-head-changed = 稽核日誌的鏈頭與當初寫下的不同
    .remedy = 用備份比對稽核日誌
journal-end-changed = 本次執行稽核日誌的結尾遺失，或與當初寫下的不同
    .remedy = 用備份比對這次執行
journal-copy-differs = 封存裡的備份與稽核日誌不一致，或缺了其中一份
    .remedy = 用備份比對稽核日誌：bangding journal verify
journal-copy-unreadable = 封存裡的備份讀不出來
    .remedy = 用備份比對稽核日誌

### Values on their way through a mapping

value-one-way = 這個欄位的對應沒有反向轉換，不能寫到這一側
    .remedy = 到另一側改
value-not-returned = 寫進去以後這一側顯示的會是另一個值，所以沒有寫
    .remedy = 改這個值，或改這個欄位的對應
value-list-unsupported = 這個欄位有多個值，對應只能處理一個值
    .remedy = 換成單值欄位
value-day-invalid = 不是日期
    .remedy = 寫成 2026-03-01
value-day-ambiguous = 看不出是哪一天
    .remedy = 在對應裡寫明日月的順序，或寫成 2026-03-01
value-day-open = 這個值表示長期，不是日期
    .remedy = 如果表示空，在對應裡寫 "open_end": "empty"
value-phone-invalid = 不是電話號碼
    .remedy = 到來源方更正
value-phone-masked = 電話號碼帶星號，看不到全號
    .remedy = 開通讀取完整號碼的權限
value-number-damaged = 號碼被試算表變成了科學記號或小數
    .remedy = 把這一列設成文字格式，重新匯出
value-choice-unknown = 對應的對照表裡沒有這個值
    .remedy = 把它加進對照表
value-template-unmatched = 值和對應的範本不符
    .remedy = 改這個值，或改範本

### The mapping document

mapping-key-missing = 缺少「{ $key }」這個鍵
    .remedy = 補上
mapping-country-invalid = 不是國家或地區區號
    .remedy = 寫 1 到 3 位數字，加引號，例如 "86"
mapping-choice-twice = 對照表裡這個原始值寫了兩次
    .remedy = 只留一個
mapping-template-invalid =
    { $why ->
        [braces] 範本的大括號不成對
        [no-name] 範本的大括號裡是空的
        [one-value] 包住一個值的範本裡，{"{"}value{"}"} 要寫且只寫一次，不能有別的名稱
        [no-value] 範本裡沒有任何值
       *[other] 範本要麼寫 native，要麼寫 canonical
    }
    .remedy = 「native」裡寫一次 {"{"}value{"}"}，或在「canonical」裡用大括號寫欄位名
mapping-purpose-short = 用途至少要寫 { $limit } 個字
    .remedy = 寫明這些值用來做什麼
mapping-slot-only = 只有自定義欄位才寫「{ $key }」
    .remedy = 刪掉；主資料方由策略決定
mapping-target-unclear = 每一項要麼寫 field，要麼寫 slot
    .remedy = 二選一
mapping-field-twice = { $name } 對應了兩次
    .remedy = 只留一項
mapping-native-key-twice = 兩個欄位用了{ $side }的同一個鍵
    .remedy = 換一個鍵，或停用其中一個
mapping-slot-not-given = 編號 { $slot } 超過 slots_given
    .remedy = 用下一個編號，並調高 slots_given
mapping-slot-retired = 編號 { $slot } 已作廢，不再使用
    .remedy = 用新的編號
mapping-slot-one-side = 編號 { $slot } 兩側都要寫鍵
    .remedy = 補上缺的一側
mapping-slots-fewer = 已經用到編號 { $before }，不能改小
    .remedy = 至少寫 { $before }
mapping-slot-gone = 文件裡沒有編號 { $slot } 了
    .remedy = 保留並寫 "on": false，或列入 retired
mapping-slot-retyped = 編號 { $slot } 的型別變了
    .remedy = 作廢它，用新的編號
mapping-slot-rebound = 編號 { $slot } 兩側的鍵同時變了，那就是另一個欄位
    .remedy = 一次只改一側，或用新的編號
mapping-slot-reused = 編號 { $slot } 以前用過
    .remedy = 用下一個編號
mapping-reference-transformed = { $field }指向其他記錄，不能做轉換
    .remedy = 刪掉 read
mapping-step-not-first = 多值範本和常量只能放在第一步
    .remedy = 移到最前面
mapping-one-way = 「{ $transform }」沒有反向轉換：這個欄位不會寫到{ $side }
mapping-owner-unwritable = 這個欄位由另一側決定，但「{ $transform }」不能反向寫到{ $side }
    .remedy = 去掉這個轉換，或改由{ $side }決定
mapping-default-fills = { $side }沒有值時，以預設值為準
mapping-sensitive-on =
    { $class ->
        [identity] 證件
        [bank] 銀行帳戶
        [health] 健康
        [home] 住址
       *[family] 家庭
    }資訊會保持一致
mapping-purpose-missing =
    { $class ->
        [identity] 證件
        [bank] 銀行帳戶
        [health] 健康
        [home] 住址
       *[family] 家庭
    }資訊在寫明用途之前不同步
    .remedy = 在 purposes 裡寫明用途，或停用這個欄位
mapping-key-not-listed = { $side }沒有 { $key } 這個欄位
    .remedy = 從它有的欄位裡選
mapping-type-unsupported = { $side }的欄位 { $key } 型別不支援對應
    .remedy = 換一個欄位

### Fields that a side changed

field-gone = { $side }沒有「{ $label }」這個欄位了，兩側都先攔下
    .remedy = 改對應到別的欄位，或停用
field-permission-gone = 應用沒有權限讀{ $side }的「{ $label }」了，先攔下
    .remedy = 重新開通權限
field-not-writable = { $side }的「{ $label }」不能寫了，先攔下
    .remedy = 重新開通權限，或改由{ $side }決定
field-retyped = { $side }的「{ $label }」換了型別，先攔下
    .remedy = 看預覽，再儲存一次對應
field-renamed = { $side }的「{ $label }」改名為「{ $now }」，先攔下
    .remedy = 確認還是同一個欄位
field-option-gone = { $side }的「{ $label }」少了 { $options } 個在用的選項，先攔下
    .remedy = 改對應的對照表

### Matches between people and departments of both sides

match-unionid = 兩邊的 unionid 相同
match-kept-id = eHR 裡存著這個 userid，另有一項也一致
match-job-number-and-name = 員工編號和姓名都相同，兩邊都唯一
match-name-and-mobile = 姓名和手機號碼都相同，兩邊都唯一
    .remedy = 抽看十個，再整批確認
match-near-name = 姓名只差一點，手機號碼或員工編號相同，另有一項也一致
    .remedy = 核對姓名
match-name-without-mobile = 姓名、部門和另一項相同，手機號碼不同
    .remedy = 問清哪個手機號碼對
match-homonyms = 有 { $count } 個同名的人
    .remedy = 選一個
match-mobile-shared = 有 { $count } 個人用這個手機號碼
    .remedy = 按姓名選
match-name-only = 只有姓名相同
    .remedy = 對一下部門和到職日期
match-mobile-only = 只有手機號碼相同，姓名不同
    .remedy = 問清這是誰的號碼
match-job-number-only = 只有員工編號相同，姓名不同
    .remedy = 查一下員工編號是不是重新分配過
match-near-name-only = 姓名只差一點，其他幾乎都對不上
    .remedy = 比一比兩條記錄
match-email-only = 只有信箱相同
    .remedy = 比一比兩條記錄
match-contradicted = 幾項依據互相矛盾
    .remedy = 逐條核對
match-userid-reused = eHR 裡存的 userid 現在是別人的
match-taken = 最接近的人已對應另一條記錄
match-no-candidate = 另一側沒有相近的人
match-member-changed = 作出決定後記錄變了，原決定不再適用
    .remedy = 重新決定
match-several-records = 同一個人在 eHR 有 { $count } 條記錄，只對應一個帳號
match-lead-active = 以在職的這條為準
match-lead-department = 以部門和釘釘一致的這條為準
match-lead-later = 以到職較晚的這條為準
match-lead-unclear = 同一個人有幾條在職記錄，看不出以哪條為準
    .remedy = 選一條
match-department-stored = 一側存著另一側的部門編號
match-department-path = 部門的完整路徑相同
match-department-parent = 上級部門已對應，名稱相同
match-department-twice = 同一上級下有幾個同名部門
    .remedy = 改名，或選一個

### Snapshots and restoring

snapshot-part-unreadable = 快照有一部分打不開
    .remedy = 看另一天
snapshot-part-missing = 快照缺了一部分
    .remedy = 看另一天
snapshot-erased = 此人的資料已清除，快照裡的也打不開了
restore-not-in-snapshot = 那天的快照裡沒有這條記錄
    .remedy = 換一天
restore-account-deleted = 釘釘帳號已刪除：會新建帳號，聊天和歷史記錄回不來
restore-group-chat = 釘釘部門已刪除：會得到新編號，部門群回不來
restore-employee-only = { $field }在釘釘裡只有員工本人能改
    .remedy = 請員工改
restore-field-hidden = 那天看不到{ $field }
restore-field-older = { $field }的值是 { $date } 讀到的
restore-owner-decides = { $field }由{ $side }決定：寫到那裡，另一側隨後跟上
restore-reference-gone = { $field }指向的記錄已經不在
    .remedy = 先恢復那條記錄
restore-direction-forbids = { $field }由{ $side }決定，而策略不往那裡寫
    .remedy = 到{ $side }裡手工改
restore-untouchable = 策略標記了禁止改動
    .remedy = 先在策略裡取消標記
