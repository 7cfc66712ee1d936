//! `bench-bridge`: the bridge side by side with other relays, the same client and the same payload through each.
//!
//! ```text
//! this process (link) → a relay (relay) → this program once more, as the server (far_end)
//! ```
//!
//! Three programs, so that each one's processor time is its own (process) and none holds more descriptors than a process
//! may. What is measured is in [`measure`], what it came to is told by [`report`]. Nothing in here decides what is good
//! but the aims at the report's end, which are printed beside the figures.

pub mod far_end;
pub mod link;
pub mod measure;
pub mod process;
pub mod relay;
pub mod report;
