# Words that several commands of the terminal use.

list-separator = { "; " }
value-empty = (empty)
value-quoted = “{ $text }”
record-named = { $name } ({ $id })

## Files

file-unreadable = { $path } cannot be read: { $cause }
file-not-written = { $path } cannot be written: { $cause }
export-ending-unknown = the name { $path } must end in .csv, .json or .xlsx

## Policies

policy-valid = ● { $file } is a policy: { $hash }
policy-problem-at = { $place }: { $path }: { $problem }
policy-problem = { $place }: { $problem }
policy-preset-ehr-is-master = the eHR decides who joins and leaves and every field; DingTalk follows; the eHR is never written to
policy-preset-dingtalk-is-master = DingTalk decides who joins and leaves and every field; the eHR follows; DingTalk is never written to
policy-preset-custom = direction, lifecycle and the owner of each field are written out

## New credentials

rotate-callback-keys =
    ● The callback accepts its new keys. Paste them under Events and Callbacks (事件与回调) in the developer console, save, then run: bangding rotate promote
    { "  " }token    { $token }
    { "  " }aes_key  { $key }
rotate-app-secret = ● DingTalk accepts the new AppSecret; it is in use from now on
rotate-promoted = ● The new credentials are in use. Former callback keys are accepted for another 24 hours
rotate-withdrawn = ● The credentials that waited are withdrawn; those in use have not changed
