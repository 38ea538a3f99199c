//! Who ordered what, in words.

use desk::{OrderAction, OrderView};
use state::store::OrderStage;

use super::words::{name, shanghai_time};
use crate::language::Language;

/// One order in one line: when, who, what, about what, and how it ended.
pub(super) fn describe_order(order: &OrderView, language: Language) -> String {
    let (at, by) = (shanghai_time(order.at), &order.actor);
    let what = action_name(&order.action, language);
    let fields: Vec<&str> = order.fields.iter().map(|field| field.key()).collect();
    let about: Vec<String> = order
        .record
        .iter()
        .map(name)
        .chain(order.target.clone())
        .chain((!fields.is_empty()).then(|| fields.join(", ")))
        .collect();
    let about = about.join("  ");
    let outcome = outcome(order.outcome, language);
    let reason = order
        .reason
        .as_ref()
        .map(|reason| format!("：{}", language.describe(reason)))
        .unwrap_or_default();
    let mark = match order.outcome {
        OrderStage::Done => "●",
        OrderStage::Begun => "…",
        OrderStage::Refused | OrderStage::Failed => "■",
    };
    format!("{mark} {at}  {by}  {what}  {about}  {outcome}{reason}\n")
}

fn outcome(outcome: OrderStage, language: Language) -> &'static str {
    match (outcome, language) {
        (OrderStage::Begun, Language::ZhCn | Language::ZhTw) => "已开始，没有结果",
        (OrderStage::Done, Language::ZhCn | Language::ZhTw) => "已完成",
        (OrderStage::Refused, Language::ZhCn | Language::ZhTw) => "被拒绝",
        (OrderStage::Failed, Language::ZhCn | Language::ZhTw) => "失败",
        (OrderStage::Begun, Language::En) => "begun, without an outcome",
        (OrderStage::Done, Language::En) => "done",
        (OrderStage::Refused, Language::En) => "refused",
        (OrderStage::Failed, Language::En) => "failed",
    }
}

/// An action by the key that the journal has; one of a newer version by the key itself.
fn action_name(key: &str, language: Language) -> String {
    let known = OrderAction::ALL.iter().find(|action| action.key() == key);
    match (known, language) {
        (Some(action), Language::ZhCn | Language::ZhTw) => chinese(*action).to_owned(),
        (_, Language::En) | (None, Language::ZhCn | Language::ZhTw) => key.replace('-', " "),
    }
}

fn chinese(action: OrderAction) -> &'static str {
    match action {
        OrderAction::MakePlan => "做变更计划",
        OrderAction::ListPlans => "查看计划列表",
        OrderAction::ShowPlan => "查看计划明细",
        OrderAction::ApprovePlan => "批准计划",
        OrderAction::ApplyPlan => "执行计划",
        OrderAction::PauseWrites => "暂停写入",
        OrderAction::ResumeWrites => "恢复写入",
        OrderAction::StartShadow => "开启影子模式",
        OrderAction::GoLive => "上线",
        OrderAction::ShowPolicy => "查看同步策略",
        OrderAction::SetPolicy => "设置同步策略",
        OrderAction::RollBackPolicy => "退回同步策略",
        OrderAction::ListConflicts => "查看冲突列表",
        OrderAction::ShowConflict => "查看冲突",
        OrderAction::ResolveConflict => "决定冲突",
        OrderAction::ReopenConflict => "收回冲突的决定",
        OrderAction::ListHolds => "查看拦下的变更列表",
        OrderAction::ShowHold => "查看拦下的变更",
        OrderAction::ReleaseHold => "放行拦下的变更",
        OrderAction::TakeBackRelease => "收回放行",
        OrderAction::ListQuarantined => "查看隔离列表",
        OrderAction::ShowQuarantined => "查看隔离记录",
        OrderAction::RetryQuarantined => "重试隔离记录",
        OrderAction::ListWaiting => "查看等待列表",
        OrderAction::ExplainField => "查看字段由来",
        OrderAction::ShowHistory => "查看变更记录",
        OrderAction::ListOrders => "查看操作记录",
        OrderAction::VerifyJournal => "核验审计日志",
        OrderAction::ListPeople => "查看人员列表",
        OrderAction::ListDepartments => "查看部门列表",
        OrderAction::ShowPerson => "查看人员资料",
        OrderAction::ShowDepartment => "查看部门资料",
        OrderAction::EditPerson => "修改人员",
        OrderAction::EditDepartment => "修改部门",
        OrderAction::ListLedgerChanges => "查看台账变化",
        OrderAction::ExportPeople => "导出人员",
    }
}
