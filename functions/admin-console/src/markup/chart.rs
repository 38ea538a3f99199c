//! Charts as our own small SVG. Colours come from the style sheet; what a chart says is in its label as well.

use maud::{Markup, html};

/// Width and height of a chart in its own units.
const WIDTH: usize = 300;
const HEIGHT: usize = 64;

/// A line of shares per thousand. Days without a value interrupt it. The scale begins at the lowest value, rounded down to
/// whole percents, so that a change of a tenth of a percent can be seen; `label` says the range.
pub(crate) fn line_chart(values: &[Option<u16>], label: &str) -> Markup {
    let low = values.iter().flatten().min().copied().unwrap_or(0) / 10 * 10;
    let low = low.min(990);
    let x = |place: usize| place * WIDTH / values.len().saturating_sub(1).max(1);
    let y = |value: u16| {
        let above = usize::from(value.clamp(low, 1000) - low);
        HEIGHT - 4 - above * (HEIGHT - 8) / usize::from(1000 - low)
    };
    let mut lines: Vec<String> = vec![String::new()];
    for (place, value) in values.iter().enumerate() {
        match (value, lines.last_mut()) {
            (Some(value), Some(line)) => line.push_str(&format!("{},{} ", x(place), y(*value))),
            _ => lines.push(String::new()),
        }
    }
    let last = values
        .iter()
        .enumerate()
        .rev()
        .find_map(|(place, value)| value.map(|value| (x(place), y(value))));
    html! {
        svg.chart viewBox={ "-4 0 " (WIDTH + 8) " " (HEIGHT) } role="img" aria-label=(label) {
            line.grid x1="0" x2=(WIDTH) y1="4" y2="4" {}
            line.grid x1="0" x2=(WIDTH) y1=(HEIGHT - 4) y2=(HEIGHT - 4) {}
            @for line in lines.iter().filter(|line| !line.is_empty()) {
                polyline.line points=(line.trim_end()) {}
            }
            @if let Some((x, y)) = last { circle.dot cx=(x) cy=(y) r="3.5" {} }
        }
    }
}

/// Bars of counts.
pub(crate) fn bar_chart(values: &[u32], label: &str) -> Markup {
    let high = values.iter().max().copied().unwrap_or(0).max(1);
    let step = WIDTH / values.len().max(1);
    let height = |value: u32| {
        let share = u64::from(value) * (HEIGHT as u64 - 6) / u64::from(high);
        // One event is seen, beside a thousand.
        if value > 0 { share.max(2) } else { 1 }
    };
    html! {
        svg.chart viewBox={ "-4 0 " (WIDTH + 8) " " (HEIGHT) } role="img" aria-label=(label) {
            @for (place, value) in values.iter().enumerate() {
                @let tall = height(*value);
                rect.column.none[*value == 0] x=(place * step + 1) y=(HEIGHT as u64 - 2 - tall)
                    width=(step.saturating_sub(3).max(1)) height=(tall) rx="1.5" {}
            }
        }
    }
}

/// A share of something granted, as a bar. More than all of it is shown as all of it; the text beside it has the figures.
pub(crate) fn share_meter(used: u64, granted: u64, label: &str) -> Markup {
    let percent = (used.saturating_mul(100) / granted.max(1)).min(100);
    html! {
        svg.meter.care[percent >= 80] viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label=(label) {
            rect.ground x="0" y="0" width="100" height="6" rx="3" {}
            rect.fill x="0" y="0" width=(percent.max(1)) height="6" rx="3" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_without_a_value_interrupts_the_line() {
        let chart = line_chart(&[Some(990), None, Some(1000), Some(995)], "x").into_string();
        assert_eq!(chart.matches("<polyline").count(), 2, "{chart}");
        assert!(chart.contains("200,4 300,32"), "{chart}");
    }

    #[test]
    fn no_value_draws_nothing_and_divides_by_nothing() {
        assert!(!line_chart(&[], "x").into_string().contains("polyline"));
        assert!(
            !line_chart(&[None, None], "x")
                .into_string()
                .contains("polyline")
        );
        assert!(!bar_chart(&[], "x").into_string().contains("rect"));
        assert!(
            share_meter(9, 0, "x")
                .into_string()
                .contains("width=\"100\"")
        );
    }
}
