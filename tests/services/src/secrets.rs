//! A place for secrets.

use restante_engine::platform::Secrets;
use restante_protocol::tunnel::Secret;

/// A secret is found after the next start under its own name only, until it is replaced or forgotten. At the end
/// `first` is kept under the name `one`.
pub async fn keeps_secrets<S: Secrets>(start: impl Fn() -> S, first: &Secret) {
    let (one, other) = (|| String::from("one"), || String::from("other"));
    let second = Secret::new("пароль with 密码 in it");
    start().forget(one()).await;
    start().forget(other()).await;
    assert_eq!(start().find(one()).await, None);

    start().keep(one(), first.clone()).await.unwrap();
    start().keep(other(), second.clone()).await.unwrap();
    assert_eq!(start().find(one()).await.as_ref(), Some(first));
    assert_eq!(start().find(other()).await.as_ref(), Some(&second));

    start().keep(one(), Secret::new("")).await.unwrap();
    assert_eq!(start().find(one()).await, Some(Secret::new("")));
    start().forget(one()).await;
    assert_eq!(start().find(one()).await, None);
    assert_eq!(start().find(other()).await, Some(second), "what was forgotten was another one");

    start().keep(one(), first.clone()).await.unwrap();
    start().forget(other()).await;
    assert_eq!(start().find(one()).await.as_ref(), Some(first));
}
