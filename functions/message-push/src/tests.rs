//! Messages against a DingTalk that keeps what each person sees, the real store on an embedded database, a queue with
//! delays, and a virtual clock.

mod sending;
mod world;
