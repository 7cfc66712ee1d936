//! The bridge of `restante demo`: it reaches the sample's servers and nothing else.

use std::time::Duration;

use restante_bridge::policy::Policy;
use restante_bridge::preset::{Preset, Security, Submission, show_fingerprint};
use restante_bridge::{Config, Limits};
use restante_protocol::tunnel::Secret;

/// The sample mailbox, filled in, and nothing else allowed.
pub(crate) fn config(sample: &restante_sample::Server) -> anyhow::Result<Config> {
    let host = "127.0.0.1";
    let fingerprint = show_fingerprint(&sample.fingerprint());
    let entry = format!("{host}:{},{}", sample.pops_port(), sample.pop_port());
    let sends = format!("{host}:{},{}", sample.submission_port(), sample.submission_starttls_port());
    Ok(Config {
        policy: Policy::listed(vec![entry.parse()?]).with_submission(vec![sends.parse()?]),
        preset: Some(Preset {
            host: host.to_owned(),
            port: sample.pops_port(),
            security: Security::Tls,
            user: sample.user().to_owned(),
            password: Some(Secret::new(sample.password())),
            fingerprint: Some(fingerprint.clone()),
            label: Some("Sample mailbox".to_owned()),
            submission: Some(Submission {
                host: host.to_owned(),
                port: sample.submission_port(),
                security: Security::Tls,
                fingerprint: Some(fingerprint),
            }),
        }),
        // Whoever ends the demonstration does not want to wait for its own tab.
        limits: Limits { drain_timeout: Duration::ZERO, ..Limits::default() },
        ..Config::default()
    })
}
