//! Whatever a person reads about a month has a text in three languages, and a month becomes a file with such heads.

use catalogue::{Catalogue, Language, TextArgument};
use jiff::civil::date;
use modules::{ActingRight, Module, SwitchTrouble};
use month::{DecisionKind, PayrollColumn, PayrollRow, Rulings, payroll_csv, payroll_xlsx};
use months::Office;

#[test]
fn decisions_modules_and_troubles_have_texts() {
    let day = TextArgument::Date(date(2026, 10, 14));
    for language in Language::ALL {
        let catalogue = Catalogue::new(language);
        for kind in DecisionKind::ALL {
            let text = catalogue.text(&kind.text_id(), &[("date", day)]);
            assert!(text.contains("2026-10-14"), "{text}");
        }
        for module in Module::ALL {
            assert!(!catalogue.text(&module.text_id(), &[]).is_empty());
        }
        let troubles = [
            SwitchTrouble::PermissionMissing("p"),
            SwitchTrouble::NoActingAdmin(ActingRight::Approval),
            SwitchTrouble::ActingAdminLacks(ActingRight::Approval),
            SwitchTrouble::NeedsModule(Module::Leave),
            SwitchTrouble::NeededBy(Module::Leave),
            SwitchTrouble::NoAgentId,
        ];
        for trouble in troubles {
            let name = TextArgument::Text("x");
            let text = catalogue.text(trouble.text_id(), &[("permission", name), ("module", name)]);
            assert!(!text.contains('$'), "{text}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_month_becomes_a_file() {
    let office = Office::open(40, 11).await;
    let book = office.pull(&office.scope()).await;
    let months = office.count(&book, &Rulings::new());
    let company = office.change(|world| world.company().clone());
    let rows: Vec<PayrollRow<'_>> = months
        .iter()
        .map(|month| {
            let person = &company.people[month.user.as_str()];
            PayrollRow {
                job_number: &person.job_number,
                name: &person.name,
                userid: month.user.as_str(),
                input: &month.input,
                open_decisions: month.decisions.len(),
                rules_version: month.rules_version,
            }
        })
        .collect();
    let catalogue = Catalogue::new(Language::ChineseSimplified);
    let head = |column: &PayrollColumn| {
        let leave = match column {
            PayrollColumn::LeaveHours(code) => book.leave_types[code].name.as_str(),
            _ => "",
        };
        catalogue.text(column.text_id(), &[("leave", TextArgument::Text(leave))])
    };
    let csv = String::from_utf8(payroll_csv(&rows, head).unwrap()).unwrap();
    let first = csv.lines().next().unwrap();
    assert!(
        first.starts_with("\u{feff}工号,姓名,") && first.contains(",年假小时,"),
        "{first}"
    );
    assert_eq!(csv.lines().count(), 41);
    assert!(payroll_xlsx(&rows, head).unwrap().starts_with(b"PK"));
}
