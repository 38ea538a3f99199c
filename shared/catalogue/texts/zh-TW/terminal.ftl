# 終端機各指令共用的詞句。

list-separator = ；
value-empty = （空白）
value-quoted = 「{ $text }」
record-named = { $name }（{ $id }）

## 檔案

file-unreadable = 無法讀取檔案 { $path }：{ $cause }
file-not-written = 無法寫入檔案 { $path }：{ $cause }
export-ending-unknown = { $path } 的副檔名不是 .csv、.json 或 .xlsx

## 同步策略

policy-valid = ● { $file } 是有效的同步策略：{ $hash }
policy-problem-at = { $place }: { $path }：{ $problem }
policy-problem = { $place }: { $problem }
policy-preset-ehr-is-master = 由 eHR 決定：到職、離職和所有欄位以 eHR 為準，釘釘跟著改；絕不寫入 eHR
policy-preset-dingtalk-is-master = 由釘釘決定：到職、離職和所有欄位以釘釘為準，eHR 跟著改；絕不寫入釘釘
policy-preset-custom = 自訂：方向、到離職和每個欄位的主資料方各自寫明

## 更換憑證

rotate-callback-keys =
    ● 新的回呼金鑰已可使用。請到開發者後台的「事件与回调」填寫並儲存，然後執行 bangding rotate promote
    { "  " }token    { $token }
    { "  " }aes_key  { $key }
rotate-app-secret = ● 釘釘已接受新的 AppSecret，已啟用
rotate-promoted = ● 新的憑證已啟用；舊的回呼金鑰在 24 小時內仍可使用
rotate-withdrawn = ● 已撤回等待啟用的憑證；使用中的憑證不變
