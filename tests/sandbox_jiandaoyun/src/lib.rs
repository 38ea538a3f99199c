#![doc = include_str!("../README.md")]

mod http;
mod world;

pub use http::{RunningServer, Server, machine_time};
pub use world::{
    AddressBookMode, Fault, LoggedCall, PushSubscription, Settings, Widget, World, company,
};
