//! The page: user interface, worker contract, and the glue to what only a browser has.

pub mod ui;
