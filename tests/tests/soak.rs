//! A short soak of the real binary, and that a soak can fail.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::time::Duration;

use restante_tests::soak::{Outcome, Plan, run};

async fn soak(plan: Plan) -> Outcome {
    run(&plan, |line| println!("{line}")).await.unwrap()
}

fn small() -> Plan {
    let (time, warm_up) = (Duration::from_secs(2), Duration::from_secs(1));
    Plan { tunnels: 20, time, warm_up, seed: 1, hold: 0, corrupt: 0 }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_traffic_and_random_faults_leave_no_byte_wrong_and_nothing_behind() {
    let (time, warm_up) = (Duration::from_secs(12), Duration::from_secs(4));
    let outcome = soak(Plan { tunnels: 150, time, warm_up, ..small() }).await;
    assert!(outcome.faults.is_empty(), "{:#?}", outcome.faults);
    assert!(outcome.sessions > 150 && outcome.bytes > 0 && outcome.reloads > 3, "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_soak_fails_where_tunnels_are_not_given_back() {
    let outcome = soak(Plan { hold: 3, ..small() }).await;
    assert!(outcome.faults.iter().any(|fault| fault.contains("descriptors at rest")), "{:#?}", outcome.faults);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_soak_fails_where_a_byte_is_wrong() {
    let outcome = soak(Plan { corrupt: 2, ..small() }).await;
    assert!(outcome.faults.iter().any(|fault| fault.contains("byte 0 is")), "{:#?}", outcome.faults);
}
