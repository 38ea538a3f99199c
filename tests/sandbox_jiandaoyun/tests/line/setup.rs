//! Before anything is synced: forms, fields, suggestions, and what is wrong with a mapping.

use std::collections::BTreeMap;

use directory::{Field, Kind, ReasonCode};
use ehr::label_suggestion::{RosterSlot, Suggestion, suggest_slots};
use ehr::probe::ProbeSubject;
use ehr::{Connector as _, FieldCatalogue, ValueKind};
use sandbox_jiandaoyun::company::{APP, KEY, PEOPLE, widget_name};
use sandbox_jiandaoyun::{Settings, Widget, machine_time};

use super::harness::*;

async fn catalogue(tenant: &Tenant) -> FieldCatalogue {
    tenant
        .connector()
        .describe(Kind::Person)
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn apps_and_forms_are_found() {
    let tenant = tenant(0).await;
    let apps = tenant.client.list_apps().await.unwrap();
    assert_eq!(apps[0].app_id, APP);
    let forms = tenant.client.list_forms(APP).await.unwrap();
    assert_eq!(
        (forms[0].entry_id.as_str(), forms[0].name.as_str()),
        (PEOPLE, "员工档案")
    );
}

#[tokio::test]
async fn a_form_is_described() {
    let told = Settings {
        tells_options: true,
        ..Settings::default()
    };
    let catalogue = catalogue(&tenant_with(0, told).await).await;
    let field = |number: u64| catalogue.field(&widget_name(number)).unwrap();
    assert_eq!(field(5).kind, ValueKind::Choice);
    assert_eq!(field(5).options.len(), 5);
    assert!(field(19).sensitive && field(17).sensitive && !field(10).sensitive);
    assert!(!field(29).writable && field(10).writable);
    match &field(25).kind {
        ValueKind::Table(columns) => assert_eq!(columns.len(), 3),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn twelve_of_fourteen_labels_are_mapped_without_a_person_and_none_wrong() {
    let catalogue = catalogue(&tenant(0).await).await;
    let right: BTreeMap<String, RosterSlot> = [
        ("job_no".to_owned(), RosterSlot::Field(Field::JobNumber)),
        ("full_name".to_owned(), RosterSlot::Field(Field::Name)),
        (widget_name(3), RosterSlot::Field(Field::Mobile)),
        (widget_name(4), RosterSlot::Field(Field::Departments)),
        (widget_name(5), RosterSlot::Field(Field::Title)),
        (widget_name(6), RosterSlot::Field(Field::HiredOn)),
        (widget_name(7), RosterSlot::Status),
        (widget_name(8), RosterSlot::Field(Field::OrgEmail)),
        (widget_name(9), RosterSlot::Field(Field::Manager)),
        (widget_name(10), RosterSlot::Field(Field::WorkPlace)),
        (widget_name(11), RosterSlot::Field(Field::Employment)),
        (widget_name(12), RosterSlot::LeavesOn),
        (widget_name(13), RosterSlot::Field(Field::Telephone)),
        (widget_name(14), RosterSlot::Field(Field::Remark)),
        (widget_name(15), RosterSlot::DingTalkId),
    ]
    .into();
    let suggestions = suggest_slots(&catalogue);
    let taken: Vec<&Suggestion> = suggestions.iter().filter(|one| one.is_taken()).collect();
    for suggestion in &taken {
        assert_eq!(
            right.get(&suggestion.key),
            Some(&suggestion.slot),
            "{}",
            suggestion.key
        );
    }
    let of_fourteen = taken
        .iter()
        .filter(|one| one.slot != RosterSlot::DingTalkId)
        .count();
    assert!(of_fourteen >= 12, "{of_fourteen} of 14");
}

#[tokio::test]
async fn a_good_mapping_passes_every_step() {
    let report = tenant(3).await.connector().probe().await.unwrap();
    assert!(report.is_good(), "{report:?}");
    assert_eq!(report.steps.len(), 4);
}

#[tokio::test]
async fn a_wrong_key_and_a_missing_form_are_named() {
    let mut tenant = tenant(0).await;
    let first_reason = async |tenant: &Tenant, key: &str| {
        let connector = tenant.connector_over(client_with_key(&tenant.server, key));
        let report = connector.probe().await.unwrap();
        assert_eq!((report.steps.len(), &report.abilities), (1, &None));
        assert_eq!(report.steps[0].subject, ProbeSubject::PeopleForm);
        report.steps[0].result.clone().unwrap_err().code()
    };
    assert_eq!(
        first_reason(&tenant, "wrong").await,
        Some(ReasonCode::EhrCredentialsRefused)
    );
    let odd_key = "line\nbreak";
    assert_eq!(
        first_reason(&tenant, odd_key).await,
        Some(ReasonCode::EhrRefused)
    );
    tenant.mapping.entry_id = "gone".to_owned();
    assert_eq!(
        first_reason(&tenant, KEY).await,
        Some(ReasonCode::EhrFormMissing)
    );
}

#[tokio::test]
async fn fields_that_were_renamed_retyped_and_removed_are_named() {
    let tenant = tenant(1).await;
    let edit = |widgets: &mut Vec<Widget>| {
        widgets.retain(|widget| widget.name != widget_name(10));
        for widget in widgets {
            match widget.name.as_str() {
                // Another alias: rows call it otherwise now.
                "job_no" => widget.name = "number".to_owned(),
                name if name == widget_name(6) => widget.kind = "text".to_owned(),
                name if name == widget_name(7) => widget.name = "state".to_owned(),
                _ => {}
            }
        }
    };
    tenant
        .server
        .world
        .lock()
        .await
        .edit_form(machine_time(), FORM, edit);
    let report = tenant.connector().probe().await.unwrap();
    let reason = report.steps[1].result.clone().unwrap_err().to_string();
    for named in [
        "(ehr-field-missing field=job_number key=job_no)",
        "expected=datetime field=hired_on found=text",
        &format!(
            "(ehr-field-missing field=work_place key={})",
            widget_name(10)
        ),
        &format!("(ehr-mapped-field-missing key={})", widget_name(7)),
    ] {
        assert!(reason.contains(named), "{named} is not in {reason}");
    }
    // What cannot be read is hidden, and the rest is there; without its status nobody is taken for present.
    let page = tenant
        .connector()
        .list_record_page(Kind::Person, None)
        .await
        .unwrap();
    assert_eq!((page.records.len(), page.odd.len()), (0, 1));
    assert_eq!(
        page.odd[0].reason.code(),
        Some(ReasonCode::EhrStatusUnknown)
    );
}

#[tokio::test]
async fn the_mapping_is_read_back_from_its_json() {
    let mut mapping = mapping();
    mapping
        .fields
        .insert(Field::Departments, departments_in_table());
    let text = serde_json::to_string(&mapping).unwrap();
    assert_eq!(
        serde_json::from_str::<jiandaoyun::FormMapping>(&text).unwrap(),
        mapping
    );
    let odd = text.replacen("app_id", "appid", 1);
    assert!(serde_json::from_str::<jiandaoyun::FormMapping>(&odd).is_err());
}

#[tokio::test]
async fn the_change_stamp_moves_with_every_change_and_only_then() {
    let tenant = tenant(2).await;
    let stamp = async || tenant.connector().read_change_stamp().await.unwrap();
    let first = stamp().await;
    assert!(first.is_some() && first == stamp().await);
    let id = tenant.people().await[0].record.id.clone();
    let edited = serde_json::json!({ "full_name": "导入" });
    tenant
        .server
        .world
        .lock()
        .await
        .edit_rows(machine_time(), FORM, &[id.as_str()], &edited);
    assert_ne!(first, stamp().await);
}
