//! Single values of an edit: canonical form, and what no side could keep.

use directory::policy::EmploymentType;
use directory::{Field, FieldSet, FieldValue, FieldValues, Kind, canonical};

use super::edit::EditRefusal;

/// The values in canonical form.
pub(super) fn check_values(kind: Kind, values: &FieldValues) -> Result<FieldValues, EditRefusal> {
    let mut checked = FieldValues::new();
    for (field, value) in values.iter() {
        if !is_kept(kind, field) {
            return Err(EditRefusal::NoSuchField { kind, field });
        }
        match value {
            Some(FieldValue::Text(text)) => {
                checked.show_text(field, check_text(kind, field, text.expose())?);
            }
            value => checked.show(field, value.cloned()),
        }
    }
    let is_empty = |field| checked.shown_fields().contains(field) && checked.get(field).is_none();
    let needed: &[Field] = match kind {
        Kind::Person => &[Field::Name, Field::Mobile, Field::Departments],
        Kind::Department => &[Field::Name],
    };
    match needed.iter().find(|field| is_empty(**field)) {
        Some(field) => Err(EditRefusal::Empty { field: *field }),
        None => Ok(checked),
    }
}

/// What the ledger keeps of such an entry: what both sides are told, and of people the kind of employment.
fn is_kept(kind: Kind, field: Field) -> bool {
    FieldSet::of_kind(kind).contains(field) || (kind == Kind::Person && field == Field::Employment)
}

fn check_text(kind: Kind, field: Field, raw: &str) -> Result<Option<String>, EditRefusal> {
    let refuse = || Err(EditRefusal::Value { kind, field });
    let text = match field {
        Field::Mobile => canonical::normalize_mobile(raw, None),
        Field::Email | Field::OrgEmail => canonical::normalize_email(raw),
        _ => canonical::normalize_text(raw),
    };
    let Some(text) = text else { return Ok(None) };
    let limit = max_length(kind, field);
    if text.chars().count() > limit {
        return Err(EditRefusal::TooLong { kind, field, limit });
    }
    if text.chars().any(char::is_control) && field != Field::Remark {
        return refuse();
    }
    match field {
        Field::Employment => match parse_employment(&text) {
            Some(kind) => Ok(Some(kind.key().to_owned())),
            None => refuse(),
        },
        Field::Mobile if !is_mobile(&text) => refuse(),
        Field::Email | Field::OrgEmail if !is_email(&text) => refuse(),
        Field::Name if kind == Kind::Department && text.contains(['-', ',', '，']) => refuse(),
        _ => Ok(Some(text)),
    }
}

/// By its key, or as people call it.
fn parse_employment(text: &str) -> Option<EmploymentType> {
    EmploymentType::of_key(text).or_else(|| EmploymentType::of_label(text))
}

/// What DingTalk takes, so that nothing is put down that cannot be synced.
fn max_length(kind: Kind, field: Field) -> usize {
    match (kind, field) {
        (Kind::Department, Field::Name) => 64,
        (_, Field::Name) => 80,
        (_, Field::JobNumber | Field::Email | Field::Telephone) => 50,
        (_, Field::Title) => 200,
        (_, Field::Remark | Field::Extension) => 2000,
        _ => 100,
    }
}

/// E.164; of the mainland, eleven digits that begin with 1.
fn is_mobile(text: &str) -> bool {
    let Some(digits) = text
        .strip_prefix('+')
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
    else {
        return false;
    };
    match digits.strip_prefix("86") {
        Some(mainland) => mainland.len() == 11 && mainland.starts_with('1'),
        None => (6..=15).contains(&digits.len()) && !digits.starts_with('0'),
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let dotted = domain.split('.').count() > 1 && domain.split('.').all(|label| !label.is_empty());
    !local.is_empty() && dotted && !text.chars().any(char::is_whitespace) && !local.contains('@')
}

#[cfg(test)]
mod tests {
    use directory::Reason;

    use super::*;

    fn one(kind: Kind, field: Field, text: &str) -> Result<Option<String>, EditRefusal> {
        let mut values = FieldValues::new();
        values.show_text(field, Some(text.to_owned()));
        check_values(kind, &values).map(|values| values.text(field).map(str::to_owned))
    }

    #[test]
    fn values_are_stored_in_canonical_form() {
        let person = |field, text| one(Kind::Person, field, text).unwrap().unwrap();
        assert_eq!(person(Field::Mobile, "138 0000-0001"), "+8613800000001");
        assert_eq!(person(Field::Mobile, "+852-61234567"), "+85261234567");
        assert_eq!(person(Field::Email, " Li@EXAMPLE.com "), "Li@example.com");
        assert_eq!(one(Kind::Person, Field::Title, "  ").unwrap(), None);
        assert_eq!(person(Field::Employment, " 实习 "), "intern");
        assert_eq!(person(Field::Employment, "full_time"), "full_time");
        assert_eq!(one(Kind::Person, Field::Employment, "").unwrap(), None);
    }

    #[test]
    fn an_employment_type_is_one_of_six_and_only_for_people() {
        let refusal = one(Kind::Person, Field::Employment, "长工").unwrap_err();
        let refusal = Reason::from(&refusal).to_string();
        assert!(
            EmploymentType::ALL
                .iter()
                .all(|kind| refusal.contains(kind.key())),
            "{refusal}"
        );
        assert!(!refusal.contains("长工"));
        let other = EditRefusal::NoSuchField {
            kind: Kind::Department,
            field: Field::Employment,
        };
        assert_eq!(
            one(Kind::Department, Field::Employment, "intern"),
            Err(other)
        );
    }

    #[test]
    fn invalid_values_are_refused_without_repeating_them() {
        let long = "长".repeat(81);
        let bad = [
            (Kind::Person, Field::Mobile, "12345"),
            (Kind::Person, Field::Mobile, "23800000001"),
            (Kind::Person, Field::Email, "li@"),
            (Kind::Person, Field::Email, "li na@example.com"),
            (Kind::Person, Field::Name, long.as_str()),
            (Kind::Person, Field::Name, "a\nb"),
            (Kind::Department, Field::Name, "华东-销售"),
        ];
        for (kind, field, text) in bad {
            let refusal = one(kind, field, text).unwrap_err();
            let refused = matches!(
                refusal,
                EditRefusal::Value { .. } | EditRefusal::TooLong { .. }
            );
            assert!(refused, "{field:?}");
            assert!(!Reason::from(&refusal).to_string().contains(text));
        }
        assert_eq!(
            one(Kind::Person, Field::Name, " "),
            Err(EditRefusal::Empty { field: Field::Name })
        );
        let other = EditRefusal::NoSuchField {
            kind: Kind::Department,
            field: Field::Mobile,
        };
        assert_eq!(one(Kind::Department, Field::Mobile, "1"), Err(other));
    }
}
