//! Secrets that their owner asked to keep: encrypted with AES-GCM, by a key that WebCrypto does not give out.
//!
//! Key and ciphertexts are in one IndexedDB database. No script can read the key, ours included; it can only be used, in
//! this browser and for this origin. Whoever has the browser's own files has the key as well: see SECURITY.md.

use futures::future::LocalBoxFuture;
use js_sys::{Array, Object, Reflect, Uint8Array};
use restante_api::Failure;
use restante_engine::platform::Secrets;
use restante_protocol::tunnel::Secret;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AesGcmParams, AesKeyGenParams, Crypto, CryptoKey, SubtleCrypto};
use zeroize::Zeroizing;

use crate::browser::{find, keeps_nothing, member};
use crate::idb::Database;

/// The database, and the name of the key in it.
const DATABASE: &str = "restante-secrets";
const KEY: &str = "key";

/// What is before a secret's name.
const SECRET: &str = "secret ";

/// Octets of a nonce (NIST SP 800-38D, section 8.2.2): a new one by chance for each encryption.
const NONCE: u32 = 12;

/// This browser's WebCrypto and IndexedDB.
#[derive(Debug, Clone, Copy, Default)]
pub struct Vault;

impl Secrets for Vault {
    fn keep(&self, name: String, secret: Secret) -> LocalBoxFuture<'static, Result<(), Failure>> {
        Box::pin(async move { seal(&name, &secret).await.map_err(|error| keeps_nothing(&error)) })
    }

    fn find(&self, name: String) -> LocalBoxFuture<'static, Option<Secret>> {
        // What cannot be decrypted any more is as good as forgotten.
        Box::pin(async move { unseal(&name).await.ok().flatten() })
    }

    fn forget(&self, name: String) -> LocalBoxFuture<'static, ()> {
        Box::pin(async move {
            if let Ok(database) = Database::open(DATABASE).await {
                // Where nothing can be removed, nothing could be kept.
                let _ = database.remove(&place(&name)).await;
            }
        })
    }
}

async fn seal(name: &str, secret: &Secret) -> Result<(), JsValue> {
    let crypto = crypto()?;
    let database = Database::open(DATABASE).await?;
    let key = match key_in(&database).await? {
        Some(key) => key,
        // One worker at a time keeps secrets: nobody else makes a key meanwhile.
        None => {
            let key = new_key(&crypto.subtle()).await?;
            database.put(KEY, &key).await?;
            key.unchecked_into()
        }
    };
    let nonce = Uint8Array::new_with_length(NONCE);
    crypto.get_random_values_with_array_buffer_view(&nonce)?;
    let clear = Zeroizing::new(secret.expose().as_bytes().to_vec());
    let sealing = crypto.subtle().encrypt_with_object_and_u8_array(&parameters(&nonce, name), &key, &clear)?;
    let sealed = Uint8Array::new(&JsFuture::from(sealing).await?);
    let value = Object::new();
    Reflect::set(&value, &"nonce".into(), &nonce)?;
    Reflect::set(&value, &"sealed".into(), &sealed)?;
    database.put(&place(name), &value).await
}

async fn unseal(name: &str) -> Result<Option<Secret>, JsValue> {
    let database = Database::open(DATABASE).await?;
    let value = database.get(&place(name)).await?;
    let part = |name| member(&value, name)?.dyn_into::<Uint8Array>().ok();
    let (Some(key), Some(nonce), Some(sealed)) = (key_in(&database).await?, part("nonce"), part("sealed")) else {
        return Ok(None);
    };
    let opening = crypto()?.subtle().decrypt_with_object_and_buffer_source(&parameters(&nonce, name), &key, &sealed)?;
    let clear = Uint8Array::new(&JsFuture::from(opening).await?);
    let text = String::from_utf8(clear.to_vec()).map_err(|_| JsValue::from_str("it is no text"))?;
    clear.fill(0, 0, clear.length());
    Ok(Some(Secret::new(text)))
}

/// A secret cannot be taken for another: its name is authenticated with it.
fn parameters(nonce: &Uint8Array, name: &str) -> AesGcmParams {
    let parameters = AesGcmParams::new("AES-GCM", nonce);
    parameters.set_additional_data(&Uint8Array::from(name.as_bytes()));
    parameters
}

async fn key_in(database: &Database) -> Result<Option<CryptoKey>, JsValue> {
    Ok(database.get(KEY).await?.dyn_into().ok())
}

async fn new_key(subtle: &SubtleCrypto) -> Result<JsValue, JsValue> {
    let uses = Array::of2(&"encrypt".into(), &"decrypt".into());
    let making = subtle.generate_key_with_object(&AesKeyGenParams::new("AES-GCM", 256), false, &uses)?;
    JsFuture::from(making).await
}

fn crypto() -> Result<Crypto, JsValue> {
    Ok(find(&["crypto"]).ok_or_else(|| JsValue::from_str("there is no WebCrypto"))?.unchecked_into())
}

fn place(name: &str) -> String {
    format!("{SECRET}{name}")
}
