mod journal;
mod ledger;
mod status;
mod world;
