//! What is wrong with a document, in Chinese.

use directory::policy::document::{DocumentProblem, ExpectedKind, PolicyCaution, PolicyFault};

pub(super) fn problem(problem: &DocumentProblem<PolicyFault>) -> String {
    let (what, remedy) = fault(&problem.what);
    format!("{}{what}。→ {remedy}", describe_position(problem))
}

pub(super) fn caution(problem: &DocumentProblem<PolicyCaution>) -> String {
    let what = match &problem.what {
        PolicyCaution::MobileWaits => {
            "钉钉不允许从外部修改已有员工的手机号：会请员工自己修改，改好之前这个字段一直等待".to_owned()
        }
        PolicyCaution::Shared { field, .. } => format!(
            "{} 两边都可写：钉钉没有条件写入，恰好落在读与写之间的修改可能丢失；凡读到过的值都留在审计日志和冲突队列里",
            field.key()
        ),
        PolicyCaution::GuardOff => "按这个上限，一次移除所有人也不会被拦下".to_owned(),
        PolicyCaution::NoGrace => "没有宽限期：eHR 里离职的人会在下一次同步时从钉钉删除，删掉的 userid 找不回来".to_owned(),
        PolicyCaution::EmploymentFromRoster => {
            "按员工类型筛选：eHR 里没有写明类型的人要到钉钉智能人事花名册里查，需要权限 qyapi_hrm_read_user 并已开通智能人事；在此之前这些人原样等待"
                .to_owned()
        }
        PolicyCaution::UnknownEmploymentIsOut => "限定了员工类型：看不到类型的人不会同步".to_owned(),
    };
    format!("{}{what}", describe_position(problem))
}

fn describe_position<T>(problem: &DocumentProblem<T>) -> String {
    let place = format!("{}:{}: ", problem.line, problem.column);
    if problem.path.is_empty() {
        place
    } else {
        format!("{place}{}：", problem.path)
    }
}

fn fault(fault: &PolicyFault) -> (String, String) {
    match fault {
        PolicyFault::Syntax { why } => (
            format!("不是合法的 JSON（{why}）"),
            "用双引号，不写注释，最后一项后面不加逗号".into(),
        ),
        PolicyFault::Type { wanted } => (
            format!("这里应该是{}", kind(*wanted)),
            format!("写成{}", kind(*wanted)),
        ),
        PolicyFault::UnknownKey { key, meant, known } => (
            format!("没有 {key:?} 这个键"),
            nearest(meant.as_deref(), known),
        ),
        PolicyFault::UnknownWord { word, meant, known } => {
            (format!("不认识 {word:?}"), nearest(meant.as_deref(), known))
        }
        PolicyFault::DuplicateKey { key } => (format!("{key:?} 写了两次"), "只留一个".into()),
        PolicyFault::Repeated => ("列表里重复了".into(), "只留一个".into()),
        PolicyFault::Missing { key } => (
            format!("缺少 {key:?}"),
            format!("补上 {key:?}，或使用预设 ehr_is_master、dingtalk_is_master"),
        ),
        PolicyFault::UnknownVersion { found, known } => (
            format!("文档版本是 {found}，本程序只认 {known}"),
            format!("写 \"version\": {known}，或换用新版程序"),
        ),
        PolicyFault::AgainstPreset { .. } => (
            "与所选预设矛盾".into(),
            "删掉这一项，或写 \"preset\": \"custom\"".into(),
        ),
        PolicyFault::LifecycleAgainstDirection { .. } => (
            "按这个同步方向，这一方决定的入离职永远不会写到另一方".into(),
            other_side(),
        ),
        PolicyFault::OwnerAgainstDirection { .. } => (
            "按这个同步方向，这一方的值永远不会写到另一方".into(),
            other_side(),
        ),
        PolicyFault::SharedOneWay { .. } => (
            "只有双向同步才能有两边可写的字段".into(),
            "从 \"shared\" 里去掉，或写 \"direction\": \"both\"".into(),
        ),
        PolicyFault::OwnedAndShared { field, .. } => (
            format!("{} 既有主数据方又列为两边可写", field.key()),
            "从 \"owners\" 或 \"shared\" 里去掉一处".into(),
        ),
        PolicyFault::IncludedAndExcluded => {
            ("同时列入和排除".into(), "从其中一个列表里去掉".into())
        }
        PolicyFault::CustomNotTaken => (
            "写了自定义字段，但同步范围不含自定义字段".into(),
            "写 \"takes\": \"employees_and_custom\"，或删掉 \"custom_fields\"".into(),
        ),
        PolicyFault::NoCustomFields => (
            "同步范围含自定义字段，但没有写是哪些".into(),
            "在 \"custom_fields\" 里写明，或写 \"takes\": \"employees\"".into(),
        ),
        value => one_value(value),
    }
}

/// Numbers, hours, text and ids.
fn one_value(fault: &PolicyFault) -> (String, String) {
    match fault {
        PolicyFault::OutOfRange { min, max } => (
            format!("应该是 {min} 到 {max} 的整数"),
            format!("写 {min} 到 {max} 之间的数"),
        ),
        PolicyFault::Percent => (
            "应该是 0 到 100 的百分数，最多一位小数".into(),
            "写 2 或 2.5，不加百分号和引号".into(),
        ),
        PolicyFault::Hours(_) => (
            "时段应写成 HH:MM-HH:MM，起止不同".into(),
            "例如 \"22:00-06:00\"，北京时间".into(),
        ),
        PolicyFault::HoursTooShort => (
            "时段不足一刻钟".into(),
            "放长一些：每 15 分钟检查一次，太短会错过".into(),
        ),
        PolicyFault::Text { max } => (format!("应该是 1 到 {max} 个字"), "缩短，或删掉".into()),
        PolicyFault::Id => (
            "不是可用的编号：为空、太长，或含控制字符、'#'".into(),
            "重新复制；部门编号加双引号".into(),
        ),
        PolicyFault::LimitsCrossed => (
            "removals_percent 大于 removals_percent_max".into(),
            "调高 removals_percent_max，或调低 removals_percent".into(),
        ),
        other => (other.to_string(), other.remedy()),
    }
}

fn other_side() -> String {
    "改由另一方决定，或写 \"direction\": \"both\"".into()
}

fn kind(wanted: ExpectedKind) -> &'static str {
    match wanted {
        ExpectedKind::Object => "对象 { … }",
        ExpectedKind::List => "列表 [ … ]",
        ExpectedKind::Text => "双引号里的文字",
        ExpectedKind::Number => "数字",
    }
}

fn nearest(meant: Option<&str>, known: &[String]) -> String {
    let known = known.join("、");
    meant.map_or_else(
        || format!("可用：{known}"),
        |meant| format!("是不是 {meant:?}？可用：{known}"),
    )
}
