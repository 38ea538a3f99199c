//! Texts that strangers wrote: names, titles, values.

use maud::{Markup, html};

/// Characters that turn the direction of writing, or hide: they are shown instead of obeyed.
fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{061c}' | '\u{00ad}')
}

/// A stranger's text on one line: treacherous characters are spelled as ⟦U+202E⟧.
pub(crate) fn foreign_text(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut out, c| {
            if is_treacherous(c) {
                out.push_str(&format!("⟦U+{:04X}⟧", u32::from(c)));
            } else {
                out.push(c);
            }
            out
        })
}

/// The same as markup, isolated from the direction of what stands around it.
pub(crate) fn foreign(text: &str) -> Markup {
    html! { bdi { (foreign_text(text)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_direction_marks_of_strangers_are_shown_and_do_nothing() {
        assert_eq!(
            foreign("<script>alert(1)</script>").into_string(),
            "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>"
        );
        assert_eq!(
            foreign("a\u{202e}gnp.exe\u{0}").into_string(),
            "<bdi>a⟦U+202E⟧gnp.exe⟦U+0000⟧</bdi>"
        );
        assert_eq!(foreign_text("张三 · Ünal"), "张三 · Ünal");
    }
}
