//! Stores and links, against a server that speaks S3 and checks signatures.

mod contract;
mod links;
mod server;
