# 每个代码对应的句子（简体中文）。句末不加句号。

### What earlier versions stored

stored-text = { $text }

### More than one reason

several = { $first }；{ $second }

### Too much at once

guard-too-many-removals = { $people } 人里有 { $removals } 人要标记为离职，上限 { $limit }
    .remedy = 先核对由哪一方决定离职；确认无误后放行：bangding hold release
guard-too-many-deletions = { $people } 人里今天有 { $removals } 人要从钉钉删除，上限 { $limit }
    .remedy = 先核对 eHR 里谁已离职；确认无误后放行：bangding hold release
guard-too-many-departments = 共 { $size } 个部门和人，今天要撤销部门连同其下的人 { $removals } 个，上限 { $limit }
    .remedy = 先到主数据方核对部门；确认无误后放行：bangding hold release
guard-held-before = 之前已拦下，等人放行
    .remedy = 放行：bangding hold release
guard-field-emptied = { $people } 人里有 { $records } 人的{ $field }要被清空，上限 { $limit }
    .remedy = 先查清来源方为什么没有这个字段的值；确认无误后放行：bangding hold release
guard-field-changed = { $people } 人里有 { $records } 人的{ $field }要改变，上限 { $limit }
    .remedy = 先到来源方核对新值；确认无误后放行：bangding hold release

### Who is who

identity-userid-reused = 这个钉钉 userid 现在是另一个人在用
    .remedy = 核对两个账号是谁，改正 eHR 里的记录后再试：bangding quarantine retry
identity-unionid-differs = 钉钉 userid 相同而 unionid 不同，等人确认是不是同一个人
    .remedy = 核对两边的记录，改正 eHR 里存的钉钉编号
identity-name-differs = 工号相同而姓名不同，等人确认是不是同一个人
    .remedy = 在其中一边改正姓名或工号
identity-job-number-differs = 姓名和手机号相同而工号不同，等人确认是不是同一个人
    .remedy = 在其中一边改正工号
identity-kept-id-alone = eHR 里记着这个钉钉 ID，但 unionid、姓名、工号和手机号都对不上，等人确认是不是同一个人
    .remedy = 改正 eHR 记录里的钉钉 ID，或改正不一致的信息
identity-record-of-another = eHR 记录里的 unionid 不是钉钉里缺少的那个人的
    .remedy = 改正 eHR 里的记录，再重试：bangding quarantine retry
identity-two-accounts = 两个钉钉账号都对得上 eHR 里的同一条记录，等人确认是哪一个
    .remedy = 在钉钉里移除不用的账号，或改正 eHR 里的记录
identity-two-records = eHR 里两条记录都对得上同一个钉钉账号，等人确认是哪一条
    .remedy = 在 eHR 里停用或改正其中一条
identity-too-many-holders = 这个编号先后属于太多人，已经分不清
    .remedy = 在 eHR 里给此人一个新编号
identity-department-duplicate = 钉钉里同一个部门出现了两个：上次新建时的答复来得太晚
    .remedy = 在钉钉里删除没有关联的那一个
identity-name-hidden = 钉钉没有给出名称，没有名称就不新建记录
    .remedy = 给应用授予读取姓名的权限，或在钉钉里补上名称

### Why a change is made

change-new = { $side }里新增
change-again = 在{ $side }里重新出现
change-left = 已在{ $side }离职
change-decided = { $side }里改了，以{ $side }为准
change-both-sides = 两边都改了，各以主数据方为准
change-adopted = 首次关联，两边统一为主数据方的值
change-overwrites-edit = { $cause }；写入方自己的修改被覆盖
change-missing-twice = 连续两次完整同步都没有，按编号也查不到
change-not-found = 主数据方已移除：收到事件，按编号也查不到
change-link-only = 两边一致，只记下关联
change-finished-late = 写到一半中断，结果当时不明；现在两边已经一致
change-conflict-resolved = 有人处理了冲突：采用{ $side }的值
change-conflict-reopened = 有人撤回了冲突的决定
change-not-written = 没有写入：{ $cause }

### What a record waits for

wait-employee = { $field }在钉钉里只有员工本人能改，等员工修改
    .remedy = 请员工在钉钉里修改
wait-field-missing = 钉钉新建时必须有{ $field }，eHR 里没有
    .remedy = 在 eHR 里补上
wait-stored-otherwise = { $side }存下的{ $field }与写入的不同
    .remedy = 比较两边的值，在来源方改正
wait-administrator-left = 管理员或老板已在 eHR 离职，同步从不自动移除管理员
    .remedy = 确已离职的，先移交管理员权限，再在钉钉里手动移除
wait-administrator-missing = 管理员或老板在钉钉里找不到，同步从不自动移除管理员
    .remedy = 确已离职的，在 eHR 里手动办理离职
wait-department-occupied = 主数据方已移除这个部门，但里面还有人或下级部门
    .remedy = 先把里面的人和下级部门移走
wait-invitation = 已发出加入邀请，等本人在钉钉里同意
    .remedy = 请本人在钉钉里接受邀请
wait-policy-leaves-out = 按当前策略不同步这条记录，或暂时判断不了
wait-day = 即将生效：{ $date }
wait-grace = 已离职，宽限期到 { $date }，之后才移除
wait-next-sweep = 名单里没有，等下一次完整同步确认
wait-link-too-large = 这条记录的关联信息太大，存不下
    .remedy = 减少此人所在的部门数
wait-dingtalk-id-missing = 这条关联没有钉钉认得的编号

### Why a record could not be looked at

look-dingtalk-failed = 读写钉钉没有成功：{ $cause }
look-ehr-failed = 读写 eHR 没有成功：{ $cause }
look-state-failed = 读写状态数据没有成功：{ $cause }
look-journal-failed = 审计日志写不进去，其他也都没有写：{ $cause }
look-others-write = 一直有别的程序在写同一条记录，下次同步再看
look-write-unfinished = 有一次写入没有完成，下次同步再看
look-outcome-unknown = 不清楚{ $side }有没有写成，下次读取时会知道
look-one-side-refused = 有一边没有接受写入
look-no-canary = 连确定在职的人也查不到，“查不到”不能作准，什么都没有移除
    .remedy = 检查应用的通讯录范围和权限
look-ehr-finds-none = eHR 名单里的人按编号一个也查不到，什么都没有移除
    .remedy = 检查 eHR 的连接和权限
look-roster-unavailable = 本次同步中钉钉花名册多次没有答复，下次再查
look-writing-resumed = 其间已恢复写入，这条变更会重新处理

### Why nothing may be written

gate-paused = 已暂停写入
    .remedy = 恢复写入：bangding resume
gate-shadow = 影子模式：只做变更计划，什么都不写
    .remedy = 正式启用：bangding shadow off
gate-preview-needed = 策略版本 { $version } 要先预览，之后才写入
    .remedy = 做一份变更计划，批准后执行：bangding plan
gate-policy-changed = 两边是按策略版本 { $read_under } 读取的，期间已启用版本 { $active }
    .remedy = 下一次同步按新版本读取和判断
gate-binding-removed = 绑定已移除

### Why a list is not complete

snapshot-departments-unread = { $departments } 个部门没有读全
snapshot-departments-misplaced = { $departments } 个部门在组织架构里找不到位置
    .remedy = 改正这些部门的上级部门
snapshot-scope-changed = 应用的通讯录范围与接受过的不同
    .remedy = 在开发者后台核对范围；确认无误后接受：bangding up --accept-scope
snapshot-empty = 名单是空的，而已有关联的人
    .remedy = 检查应用的通讯录范围和 eHR 的连接
snapshot-counts-differ = 钉钉统计的人数之前 { $before }、之后 { $after }，名单里读到 { $seen }
snapshot-parent-missing = 部门 { $department } 的上级部门没有读到
    .remedy = 检查上级部门是否存在、是否在通讯录范围内
snapshot-department-cycle = 部门 { $department } 成了自己的上级
    .remedy = 改正它的上级部门

### What a run reports

run-nothing-removed = 本次同步不移除任何人：{ $cause }
run-nothing-written = 什么都没有写：{ $cause }
run-plan-instead = 什么都没有写：{ $cause }。变更计划 { $plan } 列出 { $changes } 项变更
run-strangers = 钉钉名单里全是没有关联过的人，可能是另一家企业的数据，什么都没有写
    .remedy = 核对应用的 CorpId；企业没有错的，重新绑定
run-department-unread = 部门 { $department } 没有读全：{ $cause }
run-journal-open = 本次运行的审计日志没有收尾：{ $cause }
run-journal-head-not-copied = 审计日志的链头没有备份到存档：{ $cause }
run-ehr-not-counted = 没有数清 eHR 里的人数：{ $cause }
run-missing-record-found = 有记录名单里没有，按编号查得到，保持不变
run-employment-left-out = { $people } 人保持不变：策略不含他们的员工类型
run-employment-unknown = { $people } 人保持不变：员工类型只有钉钉花名册知道
    .remedy = 让应用能读花名册，或在 eHR 里写明员工类型
run-roster-unreadable = 读不到钉钉花名册，员工类型只有花名册知道的人保持不变：{ $cause }
    .remedy = 授予权限 qyapi_hrm_read_user 并开通智能人事，或在 eHR 里写明员工类型
run-unmatched = { $records } 条记录只在{ $side }里有，而入职不由{ $side }决定；没有关联，保持不变
run-throttled = 钉钉限流 { $times } 次，每次调用都已重试
run-token-renewed = access_token 被拒后更换了 { $times } 次
run-departments-dropped = { $departments } 个特殊部门没有读：通讯录接口不提供
run-fields-unreadable = { $records } 条记录里有读不懂的字段，这些字段保持不变
    .remedy = 在钉钉里查看这些记录，改正写错的值
run-entry-days-implausible = { $people } 人在钉钉里的入职日期不像真实日期，保持不变
    .remedy = 在钉钉里改正入职日期
run-calls-failed =
    { $times } 次钉钉调用失败：{ $trouble ->
        [malformed] 答复读不懂
        [busy] 钉钉繁忙
        [unreachable] 连接中断
        [banned] 本机地址被暂时封禁
       *[other] { $trouble }
    }
run-field-withdrawn = 钉钉不再向应用提供{ $field }，原有的值保持不变
    .remedy = 重新授予应用这个字段的权限
run-deferred-change-failed = 停写期间收到的一条变更没有处理成：{ $cause }
run-deferred-changes-wait = 停写期间收到的变更还在等：{ $cause }
run-waiting-not-recorded = 等人处理的事项没有记下，下次同步再记：{ $cause }
run-employees-not-asked = 有些只能员工自己改的，还没有通知到本人，下次同步再通知：{ $cause }
run-plan-interrupted = 变更计划中途停下：{ $cause }
run-items-moved = { $items } 项在做计划之后又变了，没有执行
    .remedy = 重新做一份变更计划：bangding plan
run-names-incomplete = 计划里有些关联只显示编号，没有名称：{ $cause }
run-restarted =
    全量同步从头开始：{ $why ->
        [missing] 上次的进度没有存下
        [unreadable] 上次的进度打不开
        [version] 上次的进度由另一版本的程序写下
        [policy] 策略变了
        [old] 上一段结束已超过 { $hours } 小时
       *[other] { $why }
    }
run-position-not-stored = 本段同步的进度没有存下，下一段可能重做：{ $cause }
run-not-started = 没有开始：{ $cause }

### 操作

order-not-allowed = 你的角色不能做这项操作（{ $action }）
    .remedy = 请绑定的负责人来做
order-step-up-needed = 这项操作（{ $action }）需要再验证一次身份
    .remedy = 输入验证器上的动态码
order-outside-scope = 这条记录不在你负责的部门或团队里
    .remedy = 请负责全公司的 HR 来做
order-actor-missing = 没有说明是谁在操作，审计日志必须记下来
    .remedy = 写明你的名字：--by 名字
order-binding-unknown = 没有这个绑定
    .remedy = 先绑定企业：bangding up
order-binding-ambiguous = 有 { $count } 个绑定，没有说明是哪一个
    .remedy = 用 --binding 指明一个
order-cursor-invalid = 这不是这份列表里的位置
    .remedy = 从头开始看

### Plans

plan-unknown = 没有这份变更计划
    .remedy = 看有哪些：bangding plan list
plan-unapproved = 这份变更计划还没有批准
    .remedy = 看过明细后批准：bangding approve
plan-not-as-approved = 计划内容与批准时不同
    .remedy = 重新做一份：bangding plan
plan-other-policy = 计划按策略版本 { $plan } 做成，当前是版本 { $active }
    .remedy = 重新做一份：bangding plan
plan-expired = 计划已过 { $hours } 小时，最多 { $limit } 小时
    .remedy = 重新做一份，或用 --max-age 放宽
plan-superseded = 已有更新的计划
    .remedy = 看新的那一份：bangding plan list
plan-already-applied = 这份计划已经执行过
plan-failed = 这份计划没有做成
    .remedy = 重新做一份：bangding plan
plan-changed-elsewhere = 刚刚有人执行或改动过这份计划
    .remedy = 再看一眼
plan-not-stored = 变更计划没有存下或读出：{ $cause }
plan-content-missing = 存档里没有这份计划的内容
    .remedy = 重新做一份：bangding plan
plan-content-unreadable = 这份计划的内容打不开，或与做成时不同
    .remedy = 重新做一份：bangding plan
plan-field-moved = 做计划之后，{ $side }里的{ $field }又变了
    .remedy = 重新做一份：bangding plan
plan-field-also-moved = 做计划之后，{ $side }里的{ $field }也变了
    .remedy = 重新做一份：bangding plan
plan-record-gone = { $side }里已经没有这条记录
plan-record-back = 本来要移除，现在又有了
plan-action-changed =
    计划是{ $planned ->
        [create] 新增
        [update] 更新
        [remove] 移除
       *[other] 恢复
    }，现在该是{ $now ->
        [create] 新增
        [update] 更新
        [remove] 移除
       *[other] 恢复
    }
    .remedy = 重新做一份：bangding plan
plan-identity-changed = 做计划之后，对应的编号变了
    .remedy = 重新做一份：bangding plan

### Binding a company

binding-none = 还没有绑定企业
    .remedy = 先绑定：bangding up
binding-unknown = 没有这个绑定
binding-connector-unknown = 本版本没有绑定所用的 eHR 连接器“{ $connector }”
    .remedy = 换用新版程序
binding-unreadable =
    读不出{ $part ->
        [policy] 绑定的策略
        [secret] 绑定的密钥
       *[other] 绑定信息
    }：{ $cause }
binding-check-failed =
    核对{ $step ->
        [credentials] { " " }AppKey 和 AppSecret{ " " }
        [company] 企业
        [scope] 通讯录范围
        [departments] 部门
        [members] 部门成员
        [head-count] 人数
        [fields] 可见字段
        [token] access_token
        [callback] 回调地址
       *[other] { " " }{ $step }{ " " }
    }没有成功：{ $cause }
binding-scope-empty = 应用的通讯录范围里没有部门
    .remedy = 在开发者后台「权限管理」里把范围设为全公司或所需部门
binding-field-hidden = 钉钉没有向这个应用提供{ $field }，什么都没有写
    .remedy = 授予权限「{ $permission }」（{ $link }），然后重新绑定
binding-other-company = 这个数据目录属于另一家企业
    .remedy = 用 --data 给这家企业单独的目录
binding-callback-unconfirmed = 钉钉还没有验证回调地址
    .remedy = 在开发者后台「事件与回调」里填写网址、token 和 aes_key 并保存
binding-callback-url-unknown = 不知道回调地址
    .remedy = 用 --url 指明
binding-callback-unproven = 回调地址没有接受新密钥：{ $cause }
    .remedy = 确认这个地址能到达本程序后，再运行一次
binding-nothing-pending = 没有等待启用的新密钥
    .remedy = 先运行 bangding rotate
binding-pasted-invalid =
    { $name } 不能用：{ $detail ->
        [empty] 是空的
        [blank] 中间有空格或换行，多复制了内容
       *[letter] 里面有字母、数字、ASCII 符号以外的字符
    }
    .remedy = 在开发者后台重新复制，只复制值本身
binding-corp-id-invalid = CorpId 的格式不对
    .remedy = 从开发者后台重新复制
binding-address-invalid = 这不是可用的地址
    .remedy = 写成 http:// 或 https:// 加主机名
binding-secret-missing = 没有 AppSecret
    .remedy = 设置环境变量 BANGDING_APP_SECRET，或在终端里运行后输入
binding-id-needed = 需要指明绑定
    .remedy = 用 --binding 写明回调地址的最后一段

### This machine

machine-state-missing = { $path } 里没有数据
    .remedy = 先运行 bangding up，或用 --data 指定目录
machine-state-in-use = 另一个 bangding 占用着 { $path } 且没有应答
    .remedy = 稍后再试，或先停掉它，或用 --data 换一个目录
machine-port-taken = 端口被占用
    .remedy = 用 --port 换一个
machine-sandbox-failed = 沙箱没有启动：{ $cause }
    .remedy = 用 --data 换一个目录，或删除这个目录
machine-aws-unreachable = 用不了 AWS：{ $cause }
    .remedy = 检查 AWS 凭证和区域
machine-failed = 本机出了问题：{ $cause }
    .remedy = 再运行一次；已完成的都保留

### What DingTalk answers

dingtalk-throttled = 钉钉限流（{ $code }）
    .remedy = 不用处理：下次会自动放慢
dingtalk-token-refused = 钉钉拒绝了 access_token（{ $code }）
    .remedy = 检查应用是否还在、AppSecret 是否被重置
dingtalk-permission-missing =
    应用缺少{ $permission ->
        [unnamed] 这个接口的权限
       *[other] 权限 { $permission }
    }
    .remedy = 授予权限：{ $link }
dingtalk-out-of-scope = 不在应用的通讯录范围内
    .remedy = 在开发者后台「权限管理」里扩大通讯录范围
dingtalk-not-found = 钉钉里没有这条记录
dingtalk-address-not-allowed = 本机出口 IP 不在应用的白名单里
    .remedy =
        在开发者后台「安全设置 > 服务器出口IP」里加上{ $address ->
            [unknown] 本机出口 IP
           *[other] { " " }{ $address }
        }，或把名单清空
dingtalk-quota-used-up = 本月的钉钉调用额度已用完
    .remedy = 等到下月，或购买增购包
dingtalk-banned = 钉钉暂时封禁本机地址 { $minutes } 分钟
    .remedy = 不用处理：到时会自动继续
dingtalk-reply-malformed =
    钉钉的答复不可用：{ $detail ->
        [html] 返回的是 HTML
        [redirect] 返回的是跳转
        [no-code] 没有错误码
        [empty] 内容为空
        [cut-off] 不完整或不是 JSON
        [too-large] 内容太大
        [wrong-type] 字段类型不对
        [contradiction] 前后矛盾或答非所问
        [endless] 分页没有尽头
        [id] 编号不合法
        [unread] 之前就没有读成
       *[other] { $detail }
    }
    .remedy = 核对地址是不是钉钉的；没有错的不用处理，会自动再试
dingtalk-outcome-unknown = 不清楚钉钉有没有执行这次调用
    .remedy = 再做之前，先看钉钉里现在是什么样
dingtalk-credentials-refused = 钉钉不认这对 AppKey 和 AppSecret（{ $code }）
    .remedy = 在开发者后台「凭证与基础信息」重新复制 Client ID 和 Client Secret
dingtalk-company-refused = 这个应用不属于该企业（{ $code }）
    .remedy = 核对 CorpId：应用必须建在这家企业里
dingtalk-disabled = 应用或企业已停用（{ $code }）
    .remedy = 在钉钉管理后台启用应用
dingtalk-agent-refused = 钉钉不认这个 AgentId（{ $code }）
    .remedy = 从应用的基础信息里重新复制 AgentId
dingtalk-busy = 钉钉繁忙（{ $code }）
    .remedy = 不用处理：会自动再试
dingtalk-unreachable =
    连不上钉钉（{ $detail ->
        [no-connection] 没有连接
        [lost] 连接中断
        [timeout] 超时
       *[other] { $detail }
    }）
    .remedy = 检查地址和网络
dingtalk-interface-unknown = 这个服务器没有该接口
    .remedy = 核对服务器地址
dingtalk-value-taken =
    钉钉里另有记录在用这个{ $unique ->
        [userid] { " " }userid
        [mobile] 手机号
        [email] 邮箱
        [telephone] 分机号
       *[other] 部门名称
    }（{ $code }）
    .remedy = 找到是谁在用，决定留给哪一个
dingtalk-field-refused = 钉钉不接受{ $field }的值（{ $code }）
    .remedy = 在来源方改正
dingtalk-department-not-empty = 钉钉里这个部门不是空的（{ $code }）
    .remedy = 先把里面的人和下级部门移走
dingtalk-root-protected = 钉钉的根部门不能在这里修改或删除
    .remedy = 在钉钉管理后台修改企业信息
dingtalk-limit-reached = 企业在钉钉里已达上限（{ $code }）
    .remedy = 完成企业认证，或拆分部门
dingtalk-smart-hr-decides = 职位和部门由智能人事的职位管理决定（{ $code }）
    .remedy = 让钉钉作为职位和部门的主数据方，或在智能人事里调动，或关闭职位管理
dingtalk-smart-hr-closed = 企业没有开通智能人事（{ $code }）
    .remedy = 在钉钉管理后台开通智能人事（免费）
dingtalk-row-unreadable = 钉钉列表里 { $id } 的 { $fields } 读不懂，保持不变
    .remedy = 在钉钉里查看这条记录，改正写错的值
dingtalk-unrecognised = 钉钉返回了不认识的错误码 { $code }，稍后再问
    .remedy = 如果一直这样，在钉钉错误码表里查这个码
dingtalk-refused = 钉钉拒绝了这次调用，错误码 { $code }
    .remedy = 在钉钉错误码表里查这个码
dingtalk-value-too-long = { $field }超过 { $limit } 个字，钉钉不收
    .remedy = 在来源方缩短
dingtalk-value-required = 钉钉要求必须有{ $field }
    .remedy = 在来源方补上
dingtalk-value-invalid = { $field }的值钉钉不收
    .remedy =
        { $field-key ->
            [mobile] 写成 + 加国家码开头的 6 到 15 位数字
            [name] 部门名称为 1 到 64 个字，不含连字符和逗号
            [main_department] 从所在部门里选一个
            [manager] 只写一位主管
           *[other] 在来源方改正
        }
dingtalk-too-many-departments = 此人所在部门超过 { $limit } 个，钉钉不收
    .remedy = 减少所在部门
dingtalk-custom-fields-unread = 没有读到现有的自定义字段，只写一部分会清掉其余的
dingtalk-administrator-kept = 从不删除管理员和老板
    .remedy = 先移交权限，再在钉钉里手动移除
dingtalk-agent-id-missing = 绑定里没有 AgentId
    .remedy = 从应用的基础信息里复制 AgentId，然后重新绑定
dingtalk-not-sent =
    没有发出调用（{ $detail ->
        [address] 地址不允许访问
        [header] access_token 无法发送
        [userid] userid 不合法
        [people] 一次的人数太多或太少
        [query] 人数或天数超出一次调用的范围
        [size] 内容太大
       *[other] { $detail }
    }）

### What the eHR answers

ehr-record-changed = eHR 里的记录读过之后又变了，下次会读到新的
ehr-record-unknown = eHR 里没有这条记录
ehr-refused = eHR 不接受这条记录：{ $cause }
ehr-outcome-unknown = 不清楚 eHR 有没有写成
ehr-unavailable = eHR 没有答复
    .remedy = 检查 eHR 是否正常，会自动再试
ehr-reply-malformed = eHR 的答复读不懂（{ $detail }）
ehr-credentials-refused = eHR 不认这个密钥（{ $code }）
    .remedy = 填一个有效的密钥，原来的可能已被停用
ehr-permission-missing = 这个密钥在 eHR 里没有权限（{ $code }）
    .remedy = 在 eHR 后台给密钥开通该接口和该应用
ehr-address-not-allowed = eHR 不接受我们的出口地址（{ $code }）
    .remedy = 把出口地址加进密钥的白名单，或去掉白名单
ehr-quota-used-up = eHR 的用量已用完（{ $code }）
    .remedy = 升级套餐，或等到周期结束
ehr-throttled = eHR 要求放慢（{ $code }）
ehr-busy = eHR 正忙（{ $code }）
    .remedy = 稍后会再试
ehr-call-refused = eHR 拒绝了调用，错误码 { $code }
ehr-code-unknown = eHR 返回了未列出的错误码 { $code }
    .remedy = 稍后会再试；一直这样就反馈这个码
ehr-form-missing = eHR 里没有映射所指的应用或表单（{ $code }）
    .remedy = 重新选择表单
ehr-field-missing = { $field }对应的字段 { $key } 已不在表单里
    .remedy = 给{ $field }重新选一个字段
ehr-mapped-field-missing = 映射所指的字段 { $key } 已不在表单里
    .remedy = 在映射里另选一个字段
ehr-field-retyped = { $field }对应的字段 { $key } 现在的类型是 { $found }，不是 { $expected }
    .remedy = 重新映射{ $field }
ehr-value-unreadable = 字段 { $key } 的内容读不懂
    .remedy = 在 eHR 里改正
ehr-value-invalid = 字段 { $key } 不能填这个值
ehr-option-unknown = 这个值不在字段 { $key } 的选项里
    .remedy = 在 eHR 里加上选项，或改正这个值
ehr-field-read-only = { $field }在 eHR 里的字段不能写入
    .remedy = 让{ $field }以 eHR 为准
ehr-field-unmapped = { $field }没有映射到 eHR 的字段
    .remedy = 给{ $field }选字段，或不同步它
ehr-status-unknown = 记录的员工状态是映射里没有说明的词
    .remedy = 在映射里说明这个词的意思
ehr-status-unmapped = 映射里没有说明要写入的员工状态
    .remedy = 在映射里补上
ehr-root-kept = eHR 的根部门不能改
    .remedy = 在 eHR 里改根部门
ehr-parent-invalid = 上级部门的编号在 eHR 里不成立
    .remedy = 在 eHR 里查看上级部门
ehr-key-ambiguous = eHR 里有 { $count } 条记录的编号相同
    .remedy = 在 eHR 里改正，只留一条
ehr-value-taken = eHR 里另一条记录已有这个值
    .remedy = 改正其中一条
ehr-organisation-locked = eHR 的部门是钉钉同步过去的，不写入
    .remedy = 让部门以钉钉为准
ehr-table-row-kept = 子表 { $key } 里还有别的内容的一行会丢失
    .remedy = 不再需要时，在 eHR 里删除这一行
ehr-department-not-empty = eHR 里这个部门不是空的（{ $code }）
    .remedy = 先移走里面的人和下级部门
ehr-row-unreadable = 这一行没有能读的编号

### 读取的表格

sheet-format-unknown = 文件不是 CSV，也不是 xlsx 工作簿
    .remedy = 用 Excel 或 WPS 打开，另存为 .xlsx
sheet-old-or-protected = 文件是旧的 .xls 工作簿，或设了密码
    .remedy = 打开后去掉密码，另存为 .xlsx
sheet-encoding-unknown = 文本的编码认不出来
    .remedy = 另存为 CSV UTF-8
sheet-too-large = 表格超过 { $limit } 个单元格
    .remedy = 删掉花名册下面和旁边的内容，或分成几份
sheet-header-missing = 没有一行是花名册的表头
    .remedy = 用一行写明列名：工号、姓名、手机、部门…
sheet-key-column-missing = 表格没有工号列
    .remedy = 加一列“工号”
sheet-several = 工作簿里有 { $count } 个工作表像花名册
    .remedy = 只留其中一个
sheet-column-twice = 有几列和“{ $column }”意思相同
    .remedy = 只留一列
sheet-column-unsure = “{ $column }”这一列可能是别的意思，没有读取
    .remedy = 换一个明确的列名，例如“公司邮箱”
sheet-key-missing = 第 { $row } 行没有工号
    .remedy = 填上工号
sheet-key-twice = 第 { $row } 行的工号和另一行相同
    .remedy = 改正其中一行
sheet-digits-lost = 第 { $row } 行的“{ $column }”是丢了位数的数字
    .remedy = 把这一列设为文本格式，重新填写
sheet-zeros-lost = 第 { $row } 行的“{ $column }”是数字，前面的零可能丢了
    .remedy = 把这一列设为文本格式，重新填写
sheet-day-unreadable = 第 { $row } 行的“{ $column }”不是日期
    .remedy = 写成 2026-03-01
sheet-cell-error = 第 { $row } 行的“{ $column }”是公式错误
    .remedy = 改正公式
sheet-cell-formula = 第 { $row } 行的“{ $column }”是没有结果的公式
    .remedy = 打开文件重新保存，或粘贴为数值
sheet-value-unreadable = 第 { $row } 行的“{ $column }”类型不对
    .remedy = 写成文本

### The built-in ledger

ledger-record-unknown = 内置员工台账里没有这个{ $kind }
ledger-name-unknown = 内置员工台账里没有这个{ $kind }：{ $name }
    .remedy = 用姓名、工号、部门路径或编号
ledger-name-ambiguous = 内置员工台账里有 { $count } 个{ $kind }叫{ $name }
    .remedy = 用工号、部门路径或编号指明是哪个{ $kind }
ledger-id-taken = 这个编号已经存在
ledger-entry-changed = 刚刚有人改过这条记录
    .remedy = 看一眼再试
ledger-field-unknown = { $kind }没有{ $field }这个字段
ledger-value-missing = { $field }不能为空
ledger-value-too-long = { $field }最多 { $limit } 个字
ledger-value-invalid = { $field }的值不可用
    .remedy =
        { $field-key ->
            [mobile] 写成 13800000000，境外号码写 +852… 这样的国家码
            [email] 写成 name@example.com 这样的邮箱
            [org_email] 写成 name@example.com 这样的邮箱
            [name] 部门名称不要用连字符和逗号，钉钉不收
            [employment] 从员工类型里选：{ $choices }
           *[other] 不要用换行和控制字符
        }
ledger-value-taken = 这个{ $field }已有在职人员使用
    .remedy = 改正其中一条
ledger-reference-unknown = { $field }指向的{ $kind }不存在，或已离职、已关闭
ledger-own-manager = 不能做自己的直属主管
ledger-main-department-not-own = 主部门必须是所在部门之一
    .remedy = 用 --main-department 指明
ledger-head-not-member = 部门主管必须在该部门里
    .remedy = 先把人调入
ledger-department-cycle = 部门不能放到自己下面
ledger-root-fixed = 公司本身只有一个，不能移动或关闭
ledger-department-name-taken = 同一级已有同名部门
    .remedy = 换一个名称
ledger-department-not-empty = 里面还有 { $people } 人、{ $departments } 个下级部门
    .remedy = 先移走
ledger-already-left =
    这个{ $kind }{ $kind-key ->
        [person] 已离职
       *[other] 已关闭
    }
    .remedy =
        { $kind-key ->
            [person] 先重新入职：bangding ehr rehire
           *[other] 先重新启用：bangding ehr department reopen
        }
ledger-already-here =
    这个{ $kind }{ $kind-key ->
        [person] 在职或待入职
       *[other] 在用
    }
ledger-day-invalid = 日期写法不对
    .remedy = 写成 2026-03-01
ledger-day-past = 日期已过
    .remedy = 不写日期就是今天生效
ledger-day-too-far = 日期太远：9999-12-31 之类表示没有期限
    .remedy = 没有期限的不写日期
ledger-leaves-before-entry = 离职日期不在入职日期之后
    .remedy = 要取消入职的：bangding ehr cancel
ledger-closes-ahead = 部门清空后当天关闭，不能预约
ledger-no-change = 本来就是这样，没有变化
ledger-nothing-scheduled = 没有即将生效的变更
ledger-entry-too-large = 这条记录太大，或编号存不下
ledger-changes-expired = 更早的变化已不再保留（保留 90 天）
    .remedy = 看现在的全部：bangding ehr list
ledger-unavailable = 内置员工台账暂时用不了：{ $cause }

### What waits for a person

record-entry-unknown =
    没有这条{ $queue ->
        [conflict] 冲突
        [hold] 拦下的变更
       *[other] 隔离记录
    }
    .remedy = 看有哪些：bangding { $queue } list --all
record-entry-ambiguous = 有 { $count } 条以此开头
    .remedy = 编号再多打几位
record-entry-closed = 它已经结束
    .remedy = 看详情：bangding { $queue } show
record-nothing-to-undo = 没有可撤回的
record-value-moved = { $side }里的值后来又变了，什么都没有写
    .remedy = 看一眼这条记录，哪边错就在哪边改
record-not-shown = { $side }现在不显示这条记录或这个字段，什么都没有写
record-person-unknown = 没有找到这个人或部门
    .remedy = 用钉钉 userid、工号或 eHR 编号
record-person-ambiguous = 有 { $count } 个同名
    .remedy = 用钉钉 userid 或工号
record-field-owned = 按当前策略，这个字段由{ $side }决定
    .remedy = 到{ $side }里改
record-employee-only = 这个字段在钉钉里只有员工自己能改
    .remedy = 请员工改
record-refused = 没有被接受：{ $cause }
record-changed-elsewhere = 刚刚有人动过
    .remedy = 再看一眼
record-not-now = 现在做不了：{ $cause }
    .remedy = 过一会儿再试

### Policies

policy-not-json = 不是合法的 JSON（{ $detail }）
    .remedy = 用双引号，不写注释，最后一项后面不加逗号
policy-type-wrong =
    这里应该是{ $expected ->
        [object] 花括号里的对象
        [list] 方括号里的列表
        [text] 双引号里的文字
       *[other] 数字
    }
policy-key-unknown = 没有“{ $key }”这个键
    .remedy =
        { $nearest ->
            [none] { "" }
           *[other] 是不是“{ $nearest }”？
        }可用：{ $known }
policy-word-unknown = 不认识“{ $word }”
    .remedy =
        { $nearest ->
            [none] { "" }
           *[other] 是不是“{ $nearest }”？
        }可用：{ $known }
policy-key-duplicate = “{ $key }”写了两次
    .remedy = 只留一个
policy-key-missing = 缺少“{ $key }”
    .remedy = 补上，或使用预设 ehr_is_master、dingtalk_is_master
policy-schema-unknown = 文档版本是 { $found }，本程序只认 { $known }
    .remedy = 写 "version": { $known }，或换用新版程序
policy-number-out-of-range = 应该是 { $min } 到 { $max } 的整数
policy-percentage-invalid = 应该是 0 到 100 的百分数，最多一位小数
    .remedy = 写 2 或 2.5，不加百分号和引号
policy-hours-invalid = 时段应写成 HH:MM-HH:MM，起止不同
    .remedy = 例如 "22:00-06:00"，北京时间
policy-hours-too-short = 时段不足一刻钟
    .remedy = 放长一些：每 15 分钟检查一次，太短会错过
policy-text-length = 应该是 1 到 { $limit } 个字
    .remedy = 缩短，或删掉
policy-id-invalid = 不是可用的编号：为空、太长，或含控制字符、'#'
    .remedy = 重新复制；钉钉部门编号加双引号
policy-item-repeated = 列表里重复了
    .remedy = 只留一个
policy-against-preset = 与预设 { $preset } 矛盾
    .remedy = 删掉这一项，或写 "preset": "custom"
policy-lifecycle-unheard = 入离职由{ $side }决定，但同步方向 { $direction } 从不写它的决定
    .remedy = 改由另一方决定，或写 "direction": "both"
policy-owner-unheard = 这里由{ $side }决定，但同步方向 { $direction } 从不写它的值
    .remedy = 改由另一方决定，或写 "direction": "both"
policy-shared-one-way = 只有双向同步才能有两边可写的字段，现在的方向是 { $direction }
    .remedy = 从 "shared" 里去掉，或写 "direction": "both"
policy-owned-and-shared = { $kind }的{ $field }既有主数据方又列为两边可写
    .remedy = 从 "owners" 或 "shared" 里去掉一处
policy-included-and-excluded = 同时列入和排除
    .remedy = 从其中一个列表里去掉
policy-custom-fields-unused = 写了自定义字段，但同步范围不含自定义字段
    .remedy = 写 "takes": "employees_and_custom"，或删掉 "custom_fields"
policy-custom-fields-missing = 同步范围含自定义字段，但没有写是哪些
    .remedy = 在 "custom_fields" 里写明，或写 "takes": "employees"
policy-limits-crossed = removals_percent 大于 removals_percent_max
    .remedy = 调高 removals_percent_max，或调低 removals_percent
policy-mobile-waits = 钉钉不允许从外部修改已有员工的手机号：会请员工自己修改，改好之前这个字段一直等待
policy-field-shared = { $kind }的{ $field }两边都可写：钉钉没有条件写入，恰好落在读与写之间的修改可能丢失；凡读到过的值都留在审计日志和冲突队列里
policy-guard-off = 按这个上限，一次移除所有人也不会被拦下
    .remedy = 调低上限
policy-no-grace = 没有宽限期：eHR 里离职的人会在下一次同步时从钉钉删除，删掉的 userid 找不回来
    .remedy = 把 grace_days 设为 1 以上
policy-unknown-employment-out = 限定了员工类型：看不到类型的人不会同步
policy-employment-from-roster = 按员工类型筛选：eHR 里没有写明类型的人要到钉钉花名册里查，查到之前原样等待
    .remedy = 授予权限 qyapi_hrm_read_user 并开通智能人事
policy-refused = 策略没有通过检查（{ $problems } 处），当前策略不变
    .remedy = 看哪里不对：bangding policy check
policy-version-missing = 没有策略版本 { $version }
policy-version-unreadable = 本程序读不懂策略版本 { $version }
    .remedy = 换用新版程序，或重新设定策略
policy-not-stored = 策略没有存下或读出：{ $cause }

### Messages to people

message-change-your-mobile = 绑钉：公司 eHR （eHR）里登记的你的手机号，与钉钉里的不一致。钉钉账号的手机号只能由你本人更换：我的 → 设置 → 账号与安全 → 更换手机号。换好后会自动同步，无需回复；若 eHR 里登记有误，请联系人事部门
message-out-of-date = 一天都没有连上钉钉，消息没有发出
    .remedy = 重新编写后再发
message-id-invalid = 消息编号应为 1 到 64 个字母、数字、连字符或下划线
message-empty = 消息要有收件人和内容
message-too-long = 消息有 { $bytes } 字节，上限 { $limit }
    .remedy = 缩短消息
message-not-queued = 消息没有存下或排上队，再发一次会补全：{ $cause }
message-outcome-unknown = 不清楚消息有没有发出，不会再发
message-result-unknown = 钉钉没有说消息送到了谁

### Database, secrets, queues and archive

state-unavailable =
    { $part ->
        [secrets] 密钥库
        [queue] 队列
        [archive] 存档
       *[other] 数据库
    }没有答复，会自动再试
state-refused =
    { $part ->
        [secrets] 密钥库
        [queue] 队列
        [archive] 存档
       *[other] 数据库
    }拒绝了请求（{ $detail }）
    .remedy = 检查这个函数在 AWS 的权限
state-malformed = 存储的数据读不懂：{ $item }
    .remedy = 从备份恢复
state-newer-version = 存储的数据是版本 { $found }，本程序只认 { $known }：{ $item }
    .remedy = 换用新版程序
state-changed-elsewhere = 读过之后，数据被别的进程改了
state-already-exists = 这个编号已经存在
state-too-large = 数据有 { $bytes } 字节，上限 { $limit }
state-secret-missing = 没有这个密钥
    .remedy = 重新绑定企业
state-not-opened = 加密的数据在这里打不开
    .remedy = 核对密钥是不是这家企业的
state-id-invalid =
    { $what ->
        [corp] CorpId{ " " }
        [binding] 绑定编号
        [userid] userid{ " " }
        [unionid] unionid{ " " }
        [run] 运行编号
        [link] 关联编号
       *[other] 记录编号
    }不合法（{ $why ->
        [empty] 为空
        [long] 太长
       *[other] 含不允许的字符
    }）

### The journal

journal-not-written = 审计日志写不进去：{ $cause }
journal-continued-elsewhere = 另一个进程在写本次运行的审计日志
journal-closed = 本次运行的审计日志已经收尾
journal-entry-too-large = 审计日志的一条太大
journal-entry-unreadable = 这条审计日志读不懂
    .remedy = 用备份比对这次运行
journal-entry-missing = 审计日志缺了一条，或位置不对、属于别的运行
    .remedy = 用备份比对这次运行
journal-entry-changed = 这条审计日志与当初写下的不同
    .remedy = 用备份比对这次运行
journal-head-missing = 审计日志的链头缺失、读不懂或位置不对
    .remedy = 用备份比对审计日志
journal-head-changed = 审计日志的链头与当初写下的不同
    .remedy = 用备份比对审计日志
journal-end-changed = 本次运行审计日志的结尾缺失，或与当初写下的不同
    .remedy = 用备份比对这次运行
journal-copy-differs = 存档里的备份与审计日志不一致，或缺了其中一份
    .remedy = 用备份比对审计日志：bangding journal verify
journal-copy-unreadable = 存档里的备份读不出来
    .remedy = 用备份比对审计日志

### Values on their way through a mapping

value-one-way = 这个字段的映射没有反向转换，不能写到这一侧
    .remedy = 到另一侧改
value-not-returned = 写进去以后这一侧显示的会是另一个值，所以没有写
    .remedy = 改这个值，或改这个字段的映射
value-list-unsupported = 这个字段有多个值，映射只能处理一个值
    .remedy = 换成单值字段
value-day-invalid = 不是日期
    .remedy = 写成 2026-03-01
value-day-ambiguous = 看不出是哪一天
    .remedy = 在映射里写明日月的顺序，或写成 2026-03-01
value-day-open = 这个值表示长期，不是日期
    .remedy = 如果表示空，在映射里写 "open_end": "empty"
value-phone-invalid = 不是电话号码
    .remedy = 到来源方更正
value-phone-masked = 电话号码带星号，看不到全号
    .remedy = 开通读取完整号码的权限
value-number-damaged = 号码被电子表格变成了科学计数法或小数
    .remedy = 把这一列设成文本格式，重新导出
value-choice-unknown = 映射的对照表里没有这个值
    .remedy = 把它加进对照表
value-template-unmatched = 值和映射的模板不符
    .remedy = 改这个值，或改模板

### The mapping document

mapping-key-missing = 缺少“{ $key }”这个键
    .remedy = 补上
mapping-country-invalid = 不是国家或地区区号
    .remedy = 写 1 到 3 位数字，加引号，例如 "86"
mapping-choice-twice = 对照表里这个原始值写了两次
    .remedy = 只留一个
mapping-template-invalid =
    { $why ->
        [braces] 模板的花括号不成对
        [no-name] 模板的花括号里是空的
        [one-value] 包住一个值的模板里，{"{"}value{"}"} 要写且只写一次，不能有别的名称
        [no-value] 模板里没有任何值
       *[other] 模板要么写 native，要么写 canonical
    }
    .remedy = “native”里写一次 {"{"}value{"}"}，或在“canonical”里用花括号写字段名
mapping-purpose-short = 用途至少要写 { $limit } 个字
    .remedy = 写明这些值用来做什么
mapping-slot-only = 只有自定义字段才写“{ $key }”
    .remedy = 删掉；主数据方由策略决定
mapping-target-unclear = 每一项要么写 field，要么写 slot
    .remedy = 二选一
mapping-field-twice = { $name } 映射了两次
    .remedy = 只留一项
mapping-native-key-twice = 两个字段用了{ $side }的同一个键
    .remedy = 换一个键，或停用其中一个
mapping-slot-not-given = 编号 { $slot } 超过 slots_given
    .remedy = 用下一个编号，并调高 slots_given
mapping-slot-retired = 编号 { $slot } 已作废，不再使用
    .remedy = 用新的编号
mapping-slot-one-side = 编号 { $slot } 两侧都要写键
    .remedy = 补上缺的一侧
mapping-slots-fewer = 已经用到编号 { $before }，不能改小
    .remedy = 至少写 { $before }
mapping-slot-gone = 文档里没有编号 { $slot } 了
    .remedy = 保留并写 "on": false，或列入 retired
mapping-slot-retyped = 编号 { $slot } 的类型变了
    .remedy = 作废它，用新的编号
mapping-slot-rebound = 编号 { $slot } 两侧的键同时变了，那就是另一个字段
    .remedy = 一次只改一侧，或用新的编号
mapping-slot-reused = 编号 { $slot } 以前用过
    .remedy = 用下一个编号
mapping-reference-transformed = { $field }指向其他记录，不能做转换
    .remedy = 删掉 read
mapping-step-not-first = 多值模板和常量只能放在第一步
    .remedy = 移到最前面
mapping-one-way = “{ $transform }”没有反向转换：这个字段不会写到{ $side }
mapping-owner-unwritable = 这个字段由另一侧决定，但“{ $transform }”不能反向写到{ $side }
    .remedy = 去掉这个转换，或改由{ $side }决定
mapping-default-fills = { $side }没有值时，以默认值为准
mapping-sensitive-on =
    { $class ->
        [identity] 证件
        [bank] 银行账户
        [health] 健康
        [home] 住址
       *[family] 家庭
    }信息会保持一致
mapping-purpose-missing =
    { $class ->
        [identity] 证件
        [bank] 银行账户
        [health] 健康
        [home] 住址
       *[family] 家庭
    }信息在写明用途之前不同步
    .remedy = 在 purposes 里写明用途，或停用这个字段
mapping-key-not-listed = { $side }没有 { $key } 这个字段
    .remedy = 从它有的字段里选
mapping-type-unsupported = { $side }的字段 { $key } 类型不支持映射
    .remedy = 换一个字段

### Fields that a side changed

field-gone = { $side }没有“{ $label }”这个字段了，两侧都先拦下
    .remedy = 改映射到别的字段，或停用
field-permission-gone = 应用没有权限读{ $side }的“{ $label }”了，先拦下
    .remedy = 重新开通权限
field-not-writable = { $side }的“{ $label }”不能写了，先拦下
    .remedy = 重新开通权限，或改由{ $side }决定
field-retyped = { $side }的“{ $label }”换了类型，先拦下
    .remedy = 看预览，再保存一次映射
field-renamed = { $side }的“{ $label }”改名为“{ $now }”，先拦下
    .remedy = 确认还是同一个字段
field-option-gone = { $side }的“{ $label }”少了 { $options } 个在用的选项，先拦下
    .remedy = 改映射的对照表

### Matches between people and departments of both sides

match-unionid = 两边的 unionid 相同
match-kept-id = eHR 里存着这个 userid，另有一项也一致
match-job-number-and-name = 工号和姓名都相同，两边都唯一
match-name-and-mobile = 姓名和手机号都相同，两边都唯一
    .remedy = 抽看十个，再整批确认
match-near-name = 姓名只差一点，手机号或工号相同，另有一项也一致
    .remedy = 核对姓名
match-name-without-mobile = 姓名、部门和另一项相同，手机号不同
    .remedy = 问清哪个手机号对
match-homonyms = 有 { $count } 个同名的人
    .remedy = 选一个
match-mobile-shared = 有 { $count } 个人用这个手机号
    .remedy = 按姓名选
match-name-only = 只有姓名相同
    .remedy = 对一下部门和入职日期
match-mobile-only = 只有手机号相同，姓名不同
    .remedy = 问清这是谁的号码
match-job-number-only = 只有工号相同，姓名不同
    .remedy = 查一下工号是不是重新分配过
match-near-name-only = 姓名只差一点，其他几乎都对不上
    .remedy = 比一比两条记录
match-email-only = 只有邮箱相同
    .remedy = 比一比两条记录
match-contradicted = 几项依据互相矛盾
    .remedy = 逐条核对
match-userid-reused = eHR 里存的 userid 现在是别人的
match-taken = 最接近的人已对应另一条记录
match-no-candidate = 另一侧没有相近的人
match-member-changed = 作出决定后记录变了，原决定不再适用
    .remedy = 重新决定
match-several-records = 同一个人在 eHR 有 { $count } 条记录，只对应一个账号
match-lead-active = 以在职的这条为准
match-lead-department = 以部门和钉钉一致的这条为准
match-lead-later = 以入职较晚的这条为准
match-lead-unclear = 同一个人有几条在职记录，看不出以哪条为准
    .remedy = 选一条
match-department-stored = 一侧存着另一侧的部门编号
match-department-path = 部门的完整路径相同
match-department-parent = 上级部门已对应，名称相同
match-department-twice = 同一上级下有几个同名部门
    .remedy = 改名，或选一个

### Snapshots and restoring

snapshot-part-unreadable = 快照有一部分打不开
    .remedy = 看另一天
snapshot-part-missing = 快照缺了一部分
    .remedy = 看另一天
snapshot-erased = 此人的数据已清除，快照里的也打不开了
restore-not-in-snapshot = 那天的快照里没有这条记录
    .remedy = 换一天
restore-account-deleted = 钉钉账号已删除：会新建账号，聊天和历史记录回不来
restore-group-chat = 钉钉部门已删除：会得到新编号，部门群回不来
restore-employee-only = { $field }在钉钉里只有员工本人能改
    .remedy = 请员工改
restore-field-hidden = 那天看不到{ $field }
restore-field-older = { $field }的值是 { $date } 读到的
restore-owner-decides = { $field }由{ $side }决定：写到那里，另一侧随后跟上
restore-reference-gone = { $field }指向的记录已经不在
    .remedy = 先恢复那条记录
restore-direction-forbids = { $field }由{ $side }决定，而策略不往那里写
    .remedy = 到{ $side }里手工改
restore-untouchable = 策略标记了禁止改动
    .remedy = 先在策略里取消标记
