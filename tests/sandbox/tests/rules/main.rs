//! The rules of the world, one by one, without a transport.

mod acts;
mod desk;
mod faults;
mod gates;
mod generator;
mod lists;
mod messages;
mod pushes;
