//! The labels that eHRs and roster sheets use. From vendors' field lists and import templates.

use directory::Field;

use super::RosterSlot;

const fn field(field: Field) -> RosterSlot {
    RosterSlot::Field(field)
}

/// Labels that mean one thing.
const SURE: &[(RosterSlot, &[&str])] = &[
    (
        field(Field::JobNumber),
        &[
            "工号",
            "员工编号",
            "员工工号",
            "職工編號",
            "jobnumber",
            "employeeno",
            "employeeid",
        ],
    ),
    (
        field(Field::Name),
        &[
            "姓名",
            "员工姓名",
            "真实姓名",
            "員工姓名",
            "name",
            "fullname",
        ],
    ),
    (
        field(Field::Mobile),
        &[
            "手机",
            "手机号",
            "手机号码",
            "联系手机",
            "移动电话",
            "手機",
            "手機號碼",
            "mobile",
        ],
    ),
    (
        field(Field::Departments),
        &[
            "部门",
            "所属部门",
            "所在部门",
            "部門",
            "department",
            "departments",
        ],
    ),
    (field(Field::MainDepartment), &["主部门", "主要部門"]),
    (
        field(Field::Title),
        &[
            "岗位",
            "职位",
            "岗位名称",
            "职位名称",
            "職位",
            "position",
            "jobtitle",
        ],
    ),
    (
        field(Field::HiredOn),
        &["入职日期", "入职时间", "入職日期", "hiredate", "entrydate"],
    ),
    (
        RosterSlot::Status,
        &[
            "员工状态",
            "在职状态",
            "人员状态",
            "員工狀態",
            "employmentstatus",
        ],
    ),
    (
        field(Field::OrgEmail),
        &["公司邮箱", "企业邮箱", "工作邮箱", "公司郵箱", "workemail"],
    ),
    (
        field(Field::Email),
        &["个人邮箱", "私人邮箱", "個人郵箱", "personalemail"],
    ),
    (
        field(Field::Manager),
        &[
            "直属上级",
            "直接上级",
            "直属主管",
            "直屬主管",
            "汇报对象",
            "manager",
        ],
    ),
    (
        field(Field::WorkPlace),
        &["工作地点", "办公地点", "工作地", "工作地點", "worklocation"],
    ),
    (
        field(Field::Employment),
        &[
            "员工类型",
            "聘用形式",
            "用工形式",
            "用工类型",
            "員工類型",
            "employmenttype",
        ],
    ),
    (
        RosterSlot::LeavesOn,
        &[
            "离职日期",
            "离职时间",
            "離職日期",
            "lastworkingday",
            "terminationdate",
        ],
    ),
    (field(Field::Telephone), &["分机号", "分机", "座机", "分機"]),
    (field(Field::Remark), &["备注", "備註", "remark"]),
    (
        RosterSlot::DingTalkId,
        &["钉钉userid", "钉钉id", "钉钉用户id", "dingtalkuserid"],
    ),
    (RosterSlot::UnionId, &["钉钉unionid", "unionid"]),
];

/// Labels that usually mean it, and not always.
const UNSURE: &[(RosterSlot, &[&str])] = &[
    // A member number of the eHR is one too.
    (
        field(Field::JobNumber),
        &["编号", "人员编号", "员工号", "编码"],
    ),
    (field(Field::Mobile), &["联系方式", "联系电话", "电话"]),
    // Which of the two mailboxes?
    (field(Field::Email), &["邮箱", "电子邮箱", "email", "郵箱"]),
    // 职务 is the rank in some companies.
    (field(Field::Title), &["职务", "title"]),
    // Here, leaving, or on leave; also the state of an approval.
    (RosterSlot::Status, &["状态", "status"]),
    (field(Field::Name), &["名字", "人员"]),
    (field(Field::Manager), &["上级", "主管", "部门负责人"]),
    (
        field(Field::HiredOn),
        &["入司日期", "到岗日期", "参加工作日期"],
    ),
    (RosterSlot::LeavesOn, &["最后工作日", "离职生效日期"]),
    (field(Field::WorkPlace), &["地点", "工作城市"]),
    (field(Field::Departments), &["组织", "机构", "一级部门"]),
];

/// What a folded label means, and whether it means only that.
pub(super) fn slot_of_label(folded: &str) -> Option<(RosterSlot, bool)> {
    let find = |table: &[(RosterSlot, &[&str])]| {
        table
            .iter()
            .find(|(_, labels)| labels.contains(&folded))
            .map(|(slot, _)| *slot)
    };
    find(SURE)
        .map(|slot| (slot, true))
        .or_else(|| find(UNSURE).map(|slot| (slot, false)))
}
