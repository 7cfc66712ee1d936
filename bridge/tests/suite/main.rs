//! The bridge from outside: real sockets on loopback, one program so that it is built once.

mod binary;
mod pages;
mod refusals;
mod relay;
mod support;
mod tls;
