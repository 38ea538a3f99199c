use jiff::civil::date;

use super::*;

fn boss() -> UserId {
    UserId::new("boss").unwrap()
}

fn state(acting: Option<UserId>) -> ModuleState {
    ModuleState {
        history_from: date(2026, 10, 1),
        acting_admin: acting,
    }
}

fn everything() -> Granted {
    let needs = Module::ALL.iter().map(|module| module.needs());
    Granted {
        permissions: needs
            .flat_map(|one| one.permissions)
            .map(|one| (*one).to_owned())
            .collect(),
        acting: BTreeMap::from([(
            boss(),
            BTreeSet::from([ActingRight::Attendance, ActingRight::Approval]),
        )]),
        agent_id: true,
    }
}

#[test]
fn a_module_is_on_only_with_everything_that_it_needs() {
    let mut switches = ModuleSwitches::default();
    let mut granted = everything();
    granted.permissions.remove("qyapi_attendance_group_read");
    granted.acting.clear();
    assert_eq!(
        switches.switch_on(Module::Attendance, state(Some(boss())), &granted),
        Err(vec![
            SwitchTrouble::PermissionMissing("qyapi_attendance_group_read"),
            SwitchTrouble::ActingAdminLacks(ActingRight::Attendance),
        ])
    );
    assert_eq!(switches.on().count(), 0);
    let nobody = switches.switch_on(Module::Leave, state(None), &everything());
    assert_eq!(
        nobody,
        Err(vec![SwitchTrouble::NoActingAdmin(ActingRight::Approval)])
    );
    granted.agent_id = false;
    let messages = switches.switch_on(Module::Messages, state(None), &granted);
    assert_eq!(messages, Err(vec![SwitchTrouble::NoAgentId]));
}

#[test]
fn payroll_needs_three_modules_and_keeps_them_on() {
    let mut switches = ModuleSwitches::default();
    let granted = everything();
    let early = switches
        .switch_on(Module::Payroll, state(None), &granted)
        .unwrap_err();
    assert_eq!(early.len(), 3);
    for module in [
        Module::Attendance,
        Module::Leave,
        Module::Approvals,
        Module::Payroll,
    ] {
        switches
            .switch_on(module, state(Some(boss())), &granted)
            .unwrap();
    }
    let off = switches.switch_off(Module::Leave);
    assert_eq!(off, Err(vec![SwitchTrouble::NeededBy(Module::Payroll)]));
    switches.switch_off(Module::Payroll).unwrap();
    switches.switch_off(Module::Leave).unwrap();
    assert_eq!(
        switches.acted_for_by(&boss()),
        [Module::Attendance, Module::Approvals]
    );
    let stored = serde_json::to_string(&switches).unwrap();
    assert_eq!(
        serde_json::from_str::<ModuleSwitches>(&stored).unwrap(),
        switches
    );
}

#[test]
fn every_module_has_a_word_of_its_own() {
    for module in Module::ALL {
        assert_eq!(Module::of_key(module.key()), Some(*module));
    }
    assert_eq!(Module::of_key("payslips"), None);
}
