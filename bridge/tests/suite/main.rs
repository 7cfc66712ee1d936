//! The bridge from outside: real sockets on loopback, one program so that it is built once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a helper that fails fails its test")]

mod abuse;
mod acme;
mod admission;
mod autobahn;
mod autoconfig;
mod binary;
mod documents;
mod fairness;
mod http2;
mod lookups;
mod memory;
mod pages;
mod program;
mod refusals;
mod relay;
mod requests;
mod secrecy;
mod services;
mod sign_in;
mod ssrf;
mod submission;
mod support;
mod tls;
mod verify;
