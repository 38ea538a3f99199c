//! Parts of pages: layout, texts of strangers, states, buttons, charts.

mod chart;
mod foreign;
mod layout;
mod parts;

pub(crate) use chart::{bar_chart, line_chart, share_meter};
pub(crate) use foreign::{foreign, foreign_text};
pub(crate) use layout::{Frame, NavItem, PageView, layout_page};
pub(crate) use parts::{
    Mark, button, copy_field, danger_button, empty_state, hidden_field, masked_value, outcome_mark,
    pager, post_form, quiet_button, reason_block, side_tag, state_mark, unknown_value,
};
