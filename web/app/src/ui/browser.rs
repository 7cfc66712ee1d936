//! What the user interface needs of the browser: dates in the user's own way, files, hashes, the address bar, the history, the
//! keyboard's focus, and the workers. Nothing here decides anything; nothing here writes to the browser's storage but `offline` and `choices`.

pub mod choices;
pub mod dates;
pub mod engine;
pub mod files;
pub mod hashes;
pub mod language;
pub mod letter;
pub mod looks;
pub mod offline;
pub mod page;
pub mod rich;
pub mod sanitiser;
