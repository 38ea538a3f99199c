//! Messages to people on their way: batches in `control`, items in the outbox queue. Whoever has something to say composes
//! here; only `message-push` sends.

pub mod batch;
mod compose;

pub use compose::{
    CONTENT_FIELD, CONTENT_MAX_BYTES, ComposeError, MessageContent, MessageDraft, compose_message,
};
