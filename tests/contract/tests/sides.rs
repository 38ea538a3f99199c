//! The same cases on both sides. Neither is ever skipped: without Python 3 the side of AWS has failed.

#![allow(clippy::unwrap_used, reason = "tests")]

macro_rules! both {
    ($port:ident, $open:ident; $($case:ident),+ $(,)?) => {
        mod $port {
            contract::cases!(embedded, contract::embedded::$open, contract::$port; $($case),+);
            contract::cases!(aws, contract::aws::$open, contract::$port; $($case),+);
        }
    };
}

both!(queue, queues;
    a_group_is_worked_in_order_and_others_do_not_wait,
    a_group_waits_for_what_failed,
    visibility_ends_and_can_be_extended,
    an_old_receipt_removes_nothing,
    after_five_deliveries_it_is_laid_aside,
    dead_letters_go_back,
    dead_letters_of_a_standard_queue_go_back,
    a_repeated_message_is_dropped,
    a_delayed_message_waits,
    bodies_have_a_limit,
);

both!(vault, vault;
    a_secret_is_made_and_replaced,
    the_previous_value_stays,
    a_next_value_counts_when_it_is_promoted,
    a_large_value_comes_back_whole,
    typed_secrets_are_told_from_broken_ones,
);

both!(archive, archive;
    what_is_put_is_got,
    what_is_new_is_put_once,
    of_many_one_wins,
    listings_are_ordered_and_paged,
    what_is_deleted_is_gone,
    sizes_have_limits,
);

both!(store, store;
    a_link_is_created_whole_or_not_at_all,
    a_put_needs_the_version_that_was_read,
    pointers_move_with_their_link,
    a_link_outgrows_its_item_and_shrinks_back,
    writers_of_one_link_lose_nothing,
    a_listing_misses_nobody,
    control_items_are_conditional,
    what_expires_says_when,
    bindings_are_listed,
    ledger_entries_keep_their_finds_in_step,
    journals_are_chained,
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_of_a_stack_are_found() {
    contract::aws::dead_letters_of_a_stack_are_found().await;
}
