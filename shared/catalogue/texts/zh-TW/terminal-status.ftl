# 目前狀態：bangding status。

status-writing = ● 變更會寫入
status-paused = ■ { $by } 已暫停，自 { $since }：不寫入任何一邊。繼續：bangding resume
status-shadow = ▲ 影子模式：只做變更計畫，什麼都不寫。上線：bangding shadow off
status-policy = ● 策略：版本 { $version } 已設定並已執行
status-policy-pending = ■ 策略：已設定版本 { $set }，上次執行的是版本 { $applied }；預覽之前什麼都不寫：bangding plan，看過後 approve，再 apply

status-sweep = { $mark } 上次同步：{ $began } 至 { $ended }，{ $outcome }
status-sweep-complete = 完整
status-sweep-waits = 其中有項目等人處理
status-sweep-closed = 什麼都沒有寫，要先由人放開
status-sweep-partial = 不完整
status-sweep-continues = 還在繼續
status-sweep-unknown = ▲ 上次同步：{ $began } 開始；結果不明
status-sweep-never = ▲ 上次同步：沒有記錄
status-troubles = { "    " }沒有同步到位：{ $count } 筆
status-access = { "    " }應用程式的可見範圍等人處理：bangding up 會說明怎麼做

status-budget = 今天的保護額度：
status-spent = { "    " }{ $what }：{ $spent } / { $limit }
status-spent-unknown = { "    " }{ $what }：{ $spent }；上限不明，還沒有一次同步統計過公司人數
status-removals = 在 eHR 中標為離職的人員
status-deletions = 在釘釘中刪除的人員
status-departments = 移除的部門，連同其下人員
status-field-changed = { $field }有變更的人員
status-field-emptied = { $field }被清空的人員
status-refused = { "    " }一次太多、等下次同步的變更：{ $count } 筆
status-budget-closed = { "    " }攔下的太多，無法逐筆保存：其餘等一次完整同步

status-nothing = ● 沒有等人處理的項目
status-count-more = 前 50 筆中 { $count } 筆，其餘不明
status-holds = ■ 攔下的變更 { $count } 批，共 { $records } 筆：bangding hold list
status-released = … 已放行、等下次同步寫入的變更：{ $count } 批
status-conflicts = ▲ 衝突：{ $count }：bangding conflict list
status-quarantine = ■ 隔離的資料：{ $count }：bangding quarantine list
status-retry = 現在就試：bangding quarantine retry { $id }
status-plan-approve = ■ 變更計畫 { $id }（{ $items } 筆）等待核准：先 bangding plan show { $id }，再 bangding approve { $id }
status-plan-apply = ■ 變更計畫 { $id }（{ $items } 筆）已核准，尚未執行完：bangding apply { $id }
