//! Counts of what was written, per table.

use std::ops::Sub;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::types::ConsumedCapacity;

/// What was written to one table.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TableWrites {
    /// Items put, updated or deleted.
    pub items: u64,
    /// Write capacity units that the database reported.
    pub units: f64,
}

/// What was written, per table. Subtract an earlier tally to get a run's own.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct WriteTally {
    /// Links, overflow and pointer items.
    pub directory: TableWrites,
    /// Control items.
    pub control: TableWrites,
    /// Journal entries.
    pub journal: TableWrites,
    /// Ledger entries and their finds.
    pub ledger: TableWrites,
}

impl Sub for TableWrites {
    type Output = Self;
    fn sub(self, earlier: Self) -> Self {
        Self {
            items: self.items.saturating_sub(earlier.items),
            units: (self.units - earlier.units).max(0.0),
        }
    }
}

impl Sub for WriteTally {
    type Output = Self;
    fn sub(self, earlier: Self) -> Self {
        Self {
            directory: self.directory - earlier.directory,
            control: self.control - earlier.control,
            journal: self.journal - earlier.journal,
            ledger: self.ledger - earlier.ledger,
        }
    }
}

/// Which table an item belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Directory,
    Control,
    Journal,
    Ledger,
}

#[derive(Default)]
struct Counter {
    items: AtomicU64,
    /// Tenths of a unit: DynamoDB reports halves.
    tenths: AtomicU64,
}

#[derive(Default)]
pub(super) struct Counters {
    directory: Counter,
    control: Counter,
    journal: Counter,
    ledger: Counter,
}

impl Counters {
    fn counter_of(&self, table: Table) -> &Counter {
        match table {
            Table::Directory => &self.directory,
            Table::Control => &self.control,
            Table::Journal => &self.journal,
            Table::Ledger => &self.ledger,
        }
    }

    /// One item, with what the database said that it cost.
    pub(super) fn count_item(&self, table: Table, capacity: Option<&ConsumedCapacity>) {
        self.count_items(table, 1);
        self.count_units(
            table,
            capacity
                .and_then(ConsumedCapacity::capacity_units)
                .unwrap_or_default(),
        );
    }

    pub(super) fn count_items(&self, table: Table, items: u64) {
        self.counter_of(table)
            .items
            .fetch_add(items, Ordering::Relaxed);
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a capacity is small and not negative"
    )]
    pub(super) fn count_units(&self, table: Table, units: f64) {
        self.counter_of(table)
            .tenths
            .fetch_add((units * 10.0).round() as u64, Ordering::Relaxed);
    }

    #[allow(
        clippy::cast_precision_loss,
        reason = "exact far beyond any run's capacity"
    )]
    pub(super) fn tally(&self) -> WriteTally {
        let written = |table| {
            let counter = self.counter_of(table);
            TableWrites {
                items: counter.items.load(Ordering::Relaxed),
                units: counter.tenths.load(Ordering::Relaxed) as f64 / 10.0,
            }
        };
        WriteTally {
            directory: written(Table::Directory),
            control: written(Table::Control),
            journal: written(Table::Journal),
            ledger: written(Table::Ledger),
        }
    }
}
