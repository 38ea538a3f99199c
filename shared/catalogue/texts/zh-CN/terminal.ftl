# 终端各命令共用的词句。

list-separator = ；
value-empty = （空）
value-quoted = 「{ $text }」
record-named = { $name }（{ $id }）

## 文件

file-unreadable = 读不了文件 { $path }：{ $cause }
file-not-written = 写不了文件 { $path }：{ $cause }
export-ending-unknown = { $path } 的扩展名不是 .csv、.json 或 .xlsx

## 同步策略

policy-valid = ● { $file } 是有效的同步策略：{ $hash }
policy-problem-at = { $place }: { $path }：{ $problem }
policy-problem = { $place }: { $problem }
policy-preset-ehr-is-master = eHR 说了算：入离职和所有字段以 eHR 为准，钉钉跟随；从不写 eHR
policy-preset-dingtalk-is-master = 钉钉说了算：入离职和所有字段以钉钉为准，eHR 跟随；从不写钉钉
policy-preset-custom = 自定义：方向、入离职和每个字段的主数据方各自写明

## 更换凭证

rotate-callback-keys =
    ● 新的回调密钥已可用。请在开发者后台的「事件与回调」里填写并保存，然后运行 bangding rotate promote
    { "  " }token    { $token }
    { "  " }aes_key  { $key }
rotate-app-secret = ● 钉钉已认可新的 AppSecret，已启用
rotate-promoted = ● 新的凭证已启用；旧的回调密钥在 24 小时内仍被接受
rotate-withdrawn = ● 已撤回等待启用的凭证；现用的凭证不变
