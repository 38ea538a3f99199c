//! The same cases on both sides. No side is skipped: without Python 3 the AWS side fails.

#![allow(clippy::unwrap_used, reason = "tests")]

macro_rules! both {
    ($port:ident, $open:ident; $($case:ident),+ $(,)?) => {
        mod $port {
            contract::cases!(embedded, contract::embedded::$open, contract::$port; $($case),+);
            contract::cases!(aws, contract::aws::$open, contract::$port; $($case),+);
        }
    };
}

both!(queue, open_queues;
    a_group_is_delivered_in_order_and_does_not_delay_other_groups,
    a_group_waits_for_its_failed_message,
    a_visibility_timeout_ends_and_can_be_extended,
    an_old_receipt_removes_nothing,
    a_message_becomes_a_dead_letter_after_five_deliveries,
    dead_letters_are_redriven,
    dead_letters_of_a_standard_queue_are_redriven,
    a_repeated_message_is_dropped,
    a_delayed_message_waits,
    too_large_bodies_are_refused,
);

both!(vault, open_vault;
    a_secret_is_created_and_replaced,
    the_previous_value_stays_readable,
    a_proposed_value_becomes_current_when_promoted,
    a_secret_is_created_only_where_there_is_none,
    a_pending_value_is_withdrawn,
    a_large_value_is_read_back_unchanged,
    malformed_typed_secrets_are_reported,
);

both!(archive, open_archive;
    a_stored_body_is_read_back_unchanged,
    a_new_body_is_stored_only_once,
    one_of_many_concurrent_puts_wins,
    listings_are_ordered_and_paged,
    a_deleted_body_is_gone,
    too_large_and_empty_bodies_are_refused,
);

both!(store, open_store;
    a_link_is_created_whole_or_not_at_all,
    a_put_needs_the_version_that_was_read,
    pointers_move_with_their_link,
    a_large_link_uses_an_overflow_item_and_a_small_one_none,
    concurrent_writers_of_one_link_lose_no_write,
    a_listing_returns_every_link_once,
    control_items_are_written_under_conditions,
    an_expiring_item_carries_its_expiry,
    bindings_are_listed,
    lookup_keys_follow_their_ledger_entry,
    journals_are_chained,
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_of_a_stack_are_found() {
    contract::aws::dead_letters_of_a_stack_are_found().await;
}
