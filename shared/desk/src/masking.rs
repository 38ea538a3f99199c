//! Values as lists show them: enough to recognise someone, not enough to call them.

use directory::Field;

/// A mobile number or another telephone number: `138****6789`, `+852****4567`, `****12`.
#[must_use]
pub fn mask_number(number: &str) -> String {
    let national = number.strip_prefix("+86").unwrap_or(number);
    let digits: Vec<char> = national.chars().collect();
    let shown = |range: std::ops::Range<usize>| digits.get(range).map(String::from_iter);
    let length = digits.len();
    let head = if national.starts_with('+') { 4 } else { 3 };
    let parts = (length >= 9)
        .then(|| shown(0..head).zip(shown(length - 4..length)))
        .flatten();
    match parts {
        Some((head, tail)) => format!("{head}****{tail}"),
        None => {
            let tail = shown(length.saturating_sub(2)..length).unwrap_or_default();
            format!("****{}", if length > 3 { tail } else { String::new() })
        }
    }
}

/// An e-mail address: `l***@example.com`.
#[must_use]
pub fn mask_email(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => {
            let first: String = local.chars().take(1).collect();
            format!("{first}***@{domain}")
        }
        None => "***".to_owned(),
    }
}

/// A field's value as lists show it. Free text, in which anything can stand, is not shown.
#[must_use]
pub fn mask_value(field: Field, text: &str) -> String {
    match field {
        Field::Mobile | Field::Telephone => mask_number(text),
        Field::Email | Field::OrgEmail => mask_email(text),
        Field::Remark | Field::Extension => "***".to_owned(),
        Field::Name
        | Field::JobNumber
        | Field::Title
        | Field::WorkPlace
        | Field::HiredOn
        | Field::Departments
        | Field::MainDepartment
        | Field::Leads
        | Field::Manager
        | Field::Parent
        | Field::Order
        | Field::Heads
        | Field::SourceIdentifier
        | Field::HideMobile
        | Field::Employment => text.to_owned(),
    }
}

/// Whether values are shown as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Masking {
    /// One record, whose reader stands in the journal.
    Open,
    /// A list.
    Masked,
}

impl Masking {
    pub(crate) fn apply(self, field: Field, text: String) -> String {
        match self {
            Self::Open => text,
            Self::Masked => mask_value(field, &text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_addresses_keep_their_ends() {
        assert_eq!(mask_number("+8613812346789"), "138****6789");
        assert_eq!(mask_number("+85261234567"), "+852****4567");
        assert_eq!(mask_number("8021"), "****21");
        assert_eq!(mask_number("80"), "****");
        assert_eq!(mask_email("lina@x.com"), "l***@x.com");
        assert_eq!(mask_email("not an address"), "***");
    }

    #[test]
    fn names_stay_and_free_text_goes() {
        assert_eq!(mask_value(Field::Name, "李娜"), "李娜");
        assert_eq!(mask_value(Field::Remark, "13812346789"), "***");
    }
}
