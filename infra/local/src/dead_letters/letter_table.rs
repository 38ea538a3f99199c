//! How a dead letter is shown.

use directory::Timestamp;
use serde::Serialize;
use state::DeadLetter;
use state::queue::dead_letters::describe_message;

/// What is shown of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct LetterRow {
    queue: String,
    id: String,
    /// Seconds since it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    age_s: Option<i64>,
    receives: u32,
    kind: &'static str,
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    binding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<String>,
}

const HEADS: [&str; 7] = [
    "QUEUE", "ID", "AGE", "RECEIVES", "KIND", "BINDING", "BECAUSE",
];

impl LetterRow {
    pub(super) fn from_letter(queue: &str, letter: &DeadLetter, now: Timestamp) -> Self {
        let described = describe_message(&letter.body);
        Self {
            queue: queue.to_owned(),
            id: letter.id.clone(),
            age_s: letter
                .sent_at
                .map(|at| (now.millis() - at.millis()).max(0) / 1000),
            receives: letter.receives,
            kind: described.kind,
            version: described.version,
            binding: described.binding.map(|id| id.to_string()),
            about: described.about,
            because: described.because,
        }
    }

    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn cells(&self) -> [String; HEADS.len()] {
        let or_dash = |text: Option<&str>| text.unwrap_or("-").to_owned();
        [
            self.queue.clone(),
            self.id.clone(),
            self.age_s.map_or("-".to_owned(), age),
            self.receives.to_string(),
            self.kind.to_owned(),
            or_dash(self.binding.as_deref()),
            or_dash(self.because.as_deref()),
        ]
    }

    /// One line per fact.
    pub(super) fn in_full(&self) -> String {
        let mut lines: Vec<String> = HEADS
            .iter()
            .zip(self.cells())
            .map(|(head, cell)| format!("{:<9} {cell}", head.to_lowercase()))
            .collect();
        lines.push(format!("{:<9} {}", "about", self.about.unwrap_or("-")));
        lines.push(format!("{:<9} {}", "version", self.version));
        lines.join("\n")
    }
}

/// Rows under their heads, each column as wide as its widest cell.
pub(super) fn format_table(rows: &[LetterRow]) -> String {
    let mut table = vec![HEADS.map(str::to_owned)];
    table.extend(rows.iter().map(LetterRow::cells));
    let wide: Vec<usize> = (0..HEADS.len())
        .map(|at| table.iter().map(|row| row[at].len()).max().unwrap_or(0))
        .collect();
    let line = |row: &[String; HEADS.len()]| {
        let cells: Vec<String> = row
            .iter()
            .zip(&wide)
            .map(|(cell, wide)| format!("{cell:<wide$}"))
            .collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    table.iter().map(line).collect()
}

/// The two largest units.
fn age(seconds: i64) -> String {
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {}s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{}h {}m", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{}d {}h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> DeadLetter {
        let body = r#"{"v":1,"binding":"b1","corp":"ding1","signature_hash":"h",
            "wake":{"side":"ding_talk","target":{"person":"li.na"},"because":"user_leave_org"}}"#;
        let sent_at = Some(Timestamp(1_000_000));
        DeadLetter {
            id: "77".into(),
            body: body.into(),
            group: Some("ding1#li.na".into()),
            sent_at,
            receives: 5,
        }
    }

    #[test]
    fn a_letter_is_shown_without_personal_data() {
        let row = LetterRow::from_letter("wakes", &letter(), Timestamp(1_000_000 + 3_723_000));
        let table = format_table(std::slice::from_ref(&row));
        assert_eq!(
            table,
            "QUEUE  ID  AGE    RECEIVES  KIND  BINDING  BECAUSE\nwakes  77  1h 2m  5         wake  b1       user_leave_org\n"
        );
        assert!(row.in_full().contains("about     person"));
        assert!(!format!("{table}{}{}", row.json(), row.in_full()).contains("li.na"));
        assert_eq!(age(90_000), "1d 1h");
    }
}
