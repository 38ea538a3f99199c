# 衝突、攔下的變更、隔離、等待，以及稽核日誌。

conflicts-none = ● 沒有等人處理的衝突
conflict-line = ▲ { $id }-{ $field }  { $who } 的 { $field }：釘釘 { $dingtalk }，eHR { $ehr }；自 { $since }，目前兩邊採用{ $side }的值
conflict-open = 等人決定：bangding conflict resolve { $id }-{ $field } --keep dingtalk|ehr
conflict-resolved = { $by } 於 { $at } 決定；收回：bangding conflict resolve { $id }-{ $field } --undo
conflict-moot = { $at } 起不必再決定：值後來又變了

holds-none = ● 沒有攔下的變更
hold-line = ■ { $id }  攔下 { $count } 筆，自 { $since }：{ $reason }
hold-open = 放行：bangding hold release { $id }
hold-released = { $by } 已放行，下次同步寫入；收回：bangding hold release { $id } --undo
hold-applied = 放行後已寫入（{ $run }）
hold-gone = 不再需要：{ $run } 沒有再發現

quarantine-none = ● 沒有隔離的資料
quarantine-line = ■ { $id }  { $who }：{ $cause }，自 { $since }（{ $reason }）
quarantine-identity = 無法確定是誰
quarantine-refused = 有一邊不接受
quarantine-person = 需要由人處理
quarantine-waits = 已試 { $tries } 次，下次 { $next }；現在就試：bangding quarantine retry { $id }
quarantine-gone = { $at } 已解除

waiting-none = ● 沒有等待中的項目
waiting-line = … { $who }  { $what }
waiting-line-field = … { $who } { $field }  { $what }
waiting-day = 即將生效 { $on }：{ $what }
waiting-day-entry = 到職
waiting-day-leaving = 離職
waiting-day-change = 變更 { $fields }
waiting-employee = 等員工自己在釘釘裡修改
waiting-retry = { $next } 再試（{ $reason }）
waiting-person = 隔離中，等人處理（{ $reason }）
waiting-sweep = 名單裡沒有，等下一次完整同步確認
waiting-grace = 已離職，寬限到 { $next } 才移除

history-never-written = ● { $who } 的 { $field }：同步從未寫過，兩邊一開始就一致，或還沒有讀到
history-why = ● { $who } { $change }
history-refused = ■ { $at } 又要寫成 { $after }，沒有寫入：{ $reason }
history-change = { $field }：{ $at } 在{ $side }裡由 { $before } 改為 { $after }，由{ $owner }決定{ $lost }（{ $reason }；執行 { $run } 第 { $entry } 筆）
history-lost-conflict = ；兩邊都改過，{ $side }的 { $before } 沒有保留
history-lost-edit = ；{ $side }裡有人改成的 { $before } 被覆寫
history-owner-shared = 較晚修改的一邊
history-head = ● { $who } 的變更 { $count } 筆

audit-intact = ● 稽核日誌完好：{ $runs } 次執行，{ $entries } 筆，與封存裡的 { $copies } 份鏈頭一致{ $open }
audit-open = ；另有 { $runs } 次執行沒有結束，末尾若有缺漏看不出來
audit-broken-entry = ■ 稽核日誌被動過：執行 { $run } 從第 { $entry } 筆起不對（{ $reason }）。請用備份比對這次執行
audit-broken-head = ■ 稽核日誌被動過：第 { $entry } 次執行的鏈頭不對（{ $reason }）。請用備份比對

orders-none = ● 還沒有人操作過
order-line = { $mark } { $at }  { $by }  { $action }  { $about }  { $outcome }
order-line-reason = { $mark } { $at }  { $by }  { $action }  { $about }  { $outcome }：{ $reason }
order-begun = 已開始，沒有結果
order-done = 已完成
order-refused = 被拒絕
order-failed = 失敗
