//! The query string: percent-encoded pairs.

/// Decoded `key=value` pairs, in order; what is not percent-encoded UTF-8 is left out, so that it counts as missing.
pub(crate) fn decode_pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    query.split('&').filter_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((percent_decode(key)?, percent_decode(value)?))
    })
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex_digit(rest.next()?)? << 4 | hex_digit(rest.next()?)?,
            plain => plain,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded_and_nonsense_is_left_out() {
        let read = |query| decode_pairs(query).collect::<Vec<_>>();
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(
            read("a=1&b=x%2By+z&c"),
            [pair("a", "1"), pair("b", "x+y z"), pair("c", "")]
        );
        assert_eq!(read("a=%zz&b=%4&c=%ff&d=2"), [pair("d", "2")]);
        assert_eq!(read("n=%E5%BC%A0"), [pair("n", "张")]);
    }
}
