# bangding up 在终端里说的话。

up-started-sandbox = ● 已启动    沙箱钉钉 { $url } ，数据在 { $path }
up-started-dingtalk = ● 已启动    钉钉 { $url } ，数据在 { $path }
up-waiting = ▲ 钉钉未正常答复，{ $seconds } 秒后再问：{ $reason }
up-credentials = ● 凭证有效  AppKey 与 AppSecret 换到了 access_token
up-company-proven = ● 企业匹配  应用属于 { $corp }
up-company-unproven = ▲ 企业待证  这个服务器没有可证明企业的接口，收到第一个事件时再核对
up-scope-whole = ● 权限与范围 通讯录范围：全公司；可见 { $fields } 个字段，手机号在内
up-scope-part = ● 权限与范围 通讯录范围：{ $departments } 个部门、{ $people } 人；可见 { $fields } 个字段，手机号在内
up-callback-verified = ● 回调地址  check_url 已验证：{ $url }
up-callback-verified-later = ● 回调地址  check_url 已验证，之后的变化会马上到
up-callback-waits =
    ○ 回调地址  还没有人验证，同步照常进行。在钉钉开放平台「事件与回调」里填：
    { "  " }请求网址     { $url }
    { "  " }签名 Token   { $token }
    { "  " }加密 aes_key { $key }
up-callback-unreachable = ▲ 这是本机地址，钉钉到不了：加上 --stream 改用 Stream 模式，或经公网地址转发，或部署到云上
up-stream-waits = ○ Stream 连接  还没有连上，同步照常进行，会一直重试
up-stream-choose = 在钉钉开放平台「事件与回调」里选 Stream 模式推送，点「已完成接入，验证连接通道」，再勾选通讯录事件
up-stream-connected = ● Stream 连接  已连上，变化会马上到
up-stream-lost = ▲ Stream 连接  断开，正在重连；其间的变化会补上。{ $reason }
up-reading = 正在读取：{ $departments } 个部门，{ $people } 人
up-progress = { $bar } { $position } / { $total }，每秒 { $speed }，约 { $eta }
up-preview = ● 变更计划  新增：部门 { $departments_new }，人员 { $people_new } · 要再看一遍：部门 { $departments_changed }，人员 { $people_changed } · 名单里缺：{ $people_missing }
up-report =
    { $verdict ->
        [incomplete] ■ 没有做完
        [waits] ▲ 等人决定
       *[complete] ● 同步完成
    }  内置员工台账：{ $people } 人，{ $departments } 个部门 · 新增 { $created } 更新 { $updated } 标记离开 { $removed } 拦下 { $held } · 写入 { $writes } 次，调用 { $calls } 次，限流 { $throttled } 次，{ $seconds } 秒
up-held = ■ 拦下 { $count } 条：{ $reason }
up-scope-waits = ■ 应用的通讯录范围与接受过的不同。确认无误后用 --accept-scope 重新启动
up-roster-waits = ■ 有人的员工类型只有钉钉花名册知道，而应用读不到：授予权限 qyapi_hrm_read_user 并开通智能人事，或在 eHR 里写明类型；在此之前不动这些人
up-trouble = ■ 一条记录没有同步：{ $reason }
up-troubles-more = ■ 另有 { $count } 条没有同步
up-console =
    ● 控制台    { $url }
    { "  " }一次性登录链接，30 分钟内有效：{ $link }
up-following-sandbox = ● 正在跟随变化。在 { $url } 里入职、改名、调动、离职试试；按 Ctrl+C 结束
up-following = ● 正在跟随变化；按 Ctrl+C 结束
up-event-held = 拦下，等人决定
up-event-unchanged = 两边本来就一致
up-event-updated = 已更新
up-event-removed = 已标记离开
up-event-created = 已新增
up-swept = ↻ 全量同步  { $people } 人，改动 { $changes }，{ $seconds } 秒
up-sweep-failed = ■ 全量同步没有进行：{ $reason }
up-bound-message = 绑钉：通讯录已与内置员工台账绑定，首次同步完成。
