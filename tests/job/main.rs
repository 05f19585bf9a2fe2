//! Jobs for other machines: what is packed, what is delivered, and what strangers try.
#![cfg(feature = "job")]

mod archives;
mod calibration;
mod cheats;
mod shipping;
mod shop;
mod simulation;

#[path = "../support/mod.rs"]
mod support;
