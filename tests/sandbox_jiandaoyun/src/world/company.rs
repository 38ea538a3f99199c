//! A company as an HR template leaves it: departments, and a form 员工档案 with the usual fields and a few that only look like
//! them. The same numbers make the same company.

use serde_json::{Value, json};

use super::{Settings, Widget, World};

/// The app.
pub const APP: &str = "app-hr";
/// The form of people.
pub const PEOPLE: &str = "form-people";
/// The key that may do everything.
pub const KEY: &str = "sandbox-key";

const FAMILY: [&str; 8] = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄"];
const GIVEN: [&str; 9] = ["伟", "芳", "娜", "敏", "静", "磊", "洋", "勇", "艳"];
const TITLES: [&str; 5] = ["工程师", "会计", "销售经理", "行政专员", "产品经理"];

/// The fields of the form. Numbers of fields are fixed, two have an alias.
#[must_use]
pub fn people_widgets() -> Vec<Widget> {
    let widget =
        |number: u64, label: &str, kind: &str| Widget::new(1_700_000_000_000 + number, label, kind);
    vec![
        widget(1, "工号", "text").alias("job_no"),
        widget(2, "姓名", "text").alias("full_name"),
        widget(3, "手机", "phone"),
        widget(4, "部门", "dept"),
        widget(5, "岗位", "combo").options(&TITLES),
        widget(6, "入职日期", "datetime"),
        widget(7, "员工状态", "radiogroup").options(&[
            "待入职",
            "试用",
            "在职",
            "待离职",
            "已离职",
        ]),
        widget(8, "公司邮箱", "text"),
        widget(9, "直属上级", "lookup"),
        widget(10, "工作地点", "text"),
        widget(11, "聘用形式", "radiogroup").options(&["全职", "实习", "兼职", "劳务派遣"]),
        widget(12, "离职日期", "datetime"),
        widget(13, "分机号", "text"),
        widget(14, "备注", "textarea"),
        widget(15, "钉钉UserID", "text"),
        widget(16, "同步编号", "text"),
        widget(17, "紧急联系人姓名", "text"),
        widget(18, "紧急联系人电话", "phone"),
        widget(19, "身份证号", "text"),
        widget(20, "转正日期", "datetime"),
        widget(21, "任职信息", "subform").items(vec![
            widget(22, "任职部门", "dept"),
            widget(23, "任职岗位", "text"),
            widget(24, "任命书", "upload"),
        ]),
        widget(25, "家庭成员", "subform").items(vec![
            widget(26, "姓名", "text"),
            widget(27, "关系", "text"),
            widget(28, "电话", "phone"),
        ]),
        widget(29, "流水号", "sn"),
        widget(30, "照片", "image"),
    ]
}

/// The name that rows have for the field with this number.
#[must_use]
pub fn widget_name(number: u64) -> String {
    format!("_widget_{}", 1_700_000_000_000 + number)
}

/// A company of this size, filled in before anything was subscribed.
#[must_use]
pub fn generate(people: usize, settings: Settings) -> World {
    let mut world = World::new(settings);
    world.add_key(KEY, None);
    world.add_form(APP, PEOPLE, "员工档案", people_widgets());
    let departments: Vec<i64> = ["研发部", "财务部", "销售部", "行政部"]
        .iter()
        .map(|name| world.add_department(name, 1))
        .collect();
    for at in 0..people {
        let row = person(at, departments[at % departments.len()]);
        world.import_row(1_760_000_000_000, (APP, PEOPLE), &row);
    }
    world
}

/// The row of the person with this number, in read shape.
#[must_use]
pub fn person(at: usize, department: i64) -> Value {
    let name = format!(
        "{}{}{}",
        FAMILY[at % 8],
        GIVEN[at / 8 % 9],
        GIVEN[at / 72 % 9]
    );
    json!({
        "job_no": format!("A{at:05}"),
        "full_name": name,
        widget_name(3): { "phone": format!("139{at:08}"), "verified": at.is_multiple_of(2) },
        widget_name(4): { "dept_no": department, "name": "", "type": 0, "status": 1 },
        widget_name(5): TITLES[at % 5],
        widget_name(6): "2020-02-28T16:00:00.000Z",
        widget_name(7): "在职",
        widget_name(8): format!("p{at}@example.com"),
        widget_name(10): "上海",
        widget_name(11): "全职",
        widget_name(21): [{
            "_id": format!("job-{at}"),
            widget_name(22): { "dept_no": department, "name": "" },
            widget_name(23): "主岗",
        }],
        widget_name(25): [
            { "_id": format!("kin-{at}-1"), widget_name(26): "家人一", widget_name(27): "父亲" },
            { "_id": format!("kin-{at}-2"), widget_name(26): "家人二", widget_name(27): "母亲" },
        ],
    })
}
