//! Starts a world for a browser test, tells about it in one JSON line, and keeps it until standard input ends.
//!
//! With `--dialogues` it is not the world but the servers of the scripted dialogues, with `--tokens` the one that takes a
//! provider's tokens. With `--crowd` the mailbox of 10,000 messages is there as well. A line `cut` on standard input cuts the lossy line's connections and is answered by a line `done`; a line `taken` is answered by the
//! numbers of letters that the submission servers have taken.

use anyhow::Result;
use restante_tests::dialogues::Dialogues;
use restante_tests::tokens::Tokens;
use restante_tests::world::World;
use tokio::io::{AsyncBufReadExt, BufReader};

#[tokio::main]
async fn main() -> Result<()> {
    let crowd = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--crowd") => true,
        Some("--dialogues") => return dialogues().await,
        Some("--tokens") => return tokens().await,
        Some(other) => anyhow::bail!("there is no flag {other}"),
    };
    let world = World::start(crowd).await?;
    println!("{}", serde_json::to_string(&world.description())?);
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        match line.trim() {
            "cut" => {
                world.cut();
                println!("done");
            }
            "taken" => println!("{}", serde_json::to_string(&world.taken())?),
            other => anyhow::bail!("there is no command {other:?}"),
        }
    }
    Ok(())
}

async fn tokens() -> Result<()> {
    let tokens = Tokens::start().await?;
    println!("{}", serde_json::to_string(&tokens.description())?);
    until_the_end().await
}

async fn dialogues() -> Result<()> {
    let dialogues = Dialogues::start().await?;
    println!("{}", serde_json::to_string(dialogues.description())?);
    until_the_end().await
}

/// Waits until standard input ends.
async fn until_the_end() -> Result<()> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while lines.next_line().await?.is_some() {}
    Ok(())
}
