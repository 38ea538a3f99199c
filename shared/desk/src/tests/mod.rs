mod journal;
mod ledger;
mod world;
