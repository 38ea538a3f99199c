//! Mobile numbers, as `user/create` accepts and stores them.

/// Returns country code and number in DingTalk's own form: eleven digits on the mainland, `+852-…`
/// elsewhere. If the company is registered `abroad`, mainland numbers need their country code too.
pub(super) fn stored_mobile(written: &str, abroad: bool) -> Option<(String, String)> {
    let written = written.trim();
    let Some(international) = written.strip_prefix('+') else {
        return (!abroad && is_mainland(written)).then(|| ("86".to_owned(), written.to_owned()));
    };
    let (code, number) = international.split_once('-')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(code) || code.len() > 4 || !digits(number) || !(4..=15).contains(&number.len()) {
        return None;
    }
    match code {
        "86" => is_mainland(number).then(|| (code.to_owned(), number.to_owned())),
        _ => Some((code.to_owned(), format!("+{code}-{number}"))),
    }
}

fn is_mainland(number: &str) -> bool {
    number.len() == 11
        && number.starts_with('1')
        && number.bytes().all(|byte| byte.is_ascii_digit())
}
