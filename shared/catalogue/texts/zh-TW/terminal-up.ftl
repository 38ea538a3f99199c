# bangding up 在終端機裡顯示的話。

up-started-sandbox = ● 已啟動    沙箱釘釘 { $url } ，資料在 { $path }
up-started-dingtalk = ● 已啟動    釘釘 { $url } ，資料在 { $path }
up-waiting = ▲ 釘釘沒有正常回應，{ $seconds } 秒後再問：{ $reason }
up-credentials = ● 憑證有效  AppKey 與 AppSecret 已換得 access_token
up-company-proven = ● 企業相符  應用程式屬於 { $corp }
up-company-unproven = ▲ 企業待證  這個伺服器沒有能證明企業的介面，收到第一個事件時再核對
up-scope-whole = ● 權限與範圍 通訊錄範圍：全公司；可見 { $fields } 個欄位，包含手機號碼
up-scope-part = ● 權限與範圍 通訊錄範圍：{ $departments } 個部門、{ $people } 人；可見 { $fields } 個欄位，包含手機號碼
up-callback-verified = ● 回呼網址  check_url 已驗證：{ $url }
up-callback-verified-later = ● 回呼網址  check_url 已驗證，之後的變動會立即送達
up-callback-waits =
    ○ 回呼網址  還沒有人驗證，同步照常進行。請到釘釘開發者後台「事件与回调」填寫：
    { "  " }請求網址     { $url }
    { "  " }簽章 Token   { $token }
    { "  " }加密 aes_key { $key }
up-callback-unreachable = ▲ 這是本機位址，釘釘連不進來：加上 --stream 改用 Stream 模式，或從公開網址轉送，或部署到雲端
up-stream-waits = ○ Stream 連線  還沒有連上，同步照常進行，會一直重試
up-stream-choose = 到釘釘開發者後台「事件与回调」選擇 Stream 模式推送，點「已完成接入，验证连接通道」，再勾選通訊錄事件
up-stream-connected = ● Stream 連線  已連上，變動會立即送達
up-stream-lost = ▲ Stream 連線  中斷，正在重新連線；其間的變動會補上。{ $reason }
up-reading = 正在讀取：{ $departments } 個部門，{ $people } 人
up-progress = { $bar } { $position } / { $total }，每秒 { $speed }，約 { $eta }
up-preview = ● 變更計畫  新增：部門 { $departments_new }，人員 { $people_new } · 要再看一次：部門 { $departments_changed }，人員 { $people_changed } · 名單裡沒有：{ $people_missing }
up-report =
    { $verdict ->
        [incomplete] ■ 沒有做完
        [waits] ▲ 等人決定
       *[complete] ● 同步完成
    }  內建員工台帳：{ $people } 人，{ $departments } 個部門 · 新增 { $created } 更新 { $updated } 標記離職 { $removed } 攔下 { $held } · 寫入 { $writes } 次，呼叫 { $calls } 次，限流 { $throttled } 次，{ $seconds } 秒
up-held = ■ 攔下 { $count } 筆：{ $reason }
up-scope-waits = ■ 應用程式的通訊錄範圍與已接受的不同。確認無誤後用 --accept-scope 重新啟動
up-roster-waits = ■ 有些人的員工類型只有釘釘花名冊知道，而應用程式讀不到：授予權限 qyapi_hrm_read_user 並開通智能人事，或在 eHR 裡寫明類型；在此之前這些人維持不變
up-trouble = ■ 一筆資料沒有同步：{ $reason }
up-troubles-more = ■ 另有 { $count } 筆沒有同步
up-console =
    ● 主控台    { $url }
    { "  " }一次性登入連結，30 分鐘內有效：{ $link }
up-following-sandbox = ● 正在跟隨變動。到 { $url } 辦到職、改名、調動、離職試試；按 Ctrl+C 結束
up-following = ● 正在跟隨變動；按 Ctrl+C 結束
up-event-held = 已攔下，等人決定
up-event-unchanged = 兩邊原本就一致
up-event-updated = 已更新
up-event-removed = 已標記離職
up-event-created = 已新增
up-swept = ↻ 完整同步  { $people } 人，變更 { $changes }，{ $seconds } 秒
up-sweep-failed = ■ 完整同步沒有進行：{ $reason }
up-bound-message = 綁釘：通訊錄已與內建員工台帳綁定，首次同步完成。
