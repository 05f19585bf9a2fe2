//! Jobs for other machines: what is packed, what is delivered, and what strangers try.
#![cfg(feature = "job")]

mod archives;
mod calibration;
mod cheats;
mod shipping;
mod shop;
mod sim;
mod simulation;

#[path = "../support/mod.rs"]
mod support;

#[path = "../support/bundle.rs"]
mod bundle;
