//! The texts that a server and its login service send each other: JSON Web Tokens, signed with nkeys.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use nkeys::KeyPair;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Nkey;
use crate::job::Digest;

/// Longest request of a server, bytes.
const MAX_REQUEST: usize = 256 << 10;
/// Longest message of a worker, bytes; the streams allow less.
const MAX_PAYLOAD: u32 = 64 << 10;
/// Most subscriptions of a worker: an inbox, and one for each request that waits.
const MAX_SUBSCRIPTIONS: u32 = 64;

/// A server's question whether somebody may come in.
#[derive(Debug)]
pub(super) struct Request {
    /// The server that asks.
    server: String,
    /// The key that the server has given to the connection: the answer is for it alone.
    connection: String,
    /// The key that whoever comes says it has.
    nkey: String,
    /// Whether it has signed with it what the server made up for this purpose.
    is_proved: bool,
    /// What it says beside that.
    pub(super) token: String,
}

/// What somebody may do who has come in.
#[derive(Debug)]
pub(super) struct Permissions {
    /// The account it comes into.
    pub(super) account: &'static str,
    /// Subjects that it may publish to.
    pub(super) publish: Vec<String>,
    /// Subjects that it may subscribe to.
    pub(super) subscribe: Vec<String>,
    /// Whether the length of its messages and the number of its subscriptions are bounded beyond the server's own limits.
    pub(super) bounded: bool,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    nats: Question,
}

#[derive(Deserialize)]
struct Question {
    server_id: Server,
    user_nkey: String,
    client_info: Client,
    connect_opts: Said,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Server {
    id: String,
}

#[derive(Deserialize)]
struct Client {
    #[serde(default)]
    nonce: String,
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    auth_token: String,
    #[serde(default)]
    nkey: String,
    #[serde(default)]
    sig: String,
}

impl Request {
    /// Reads a server's question.
    pub(super) fn read(payload: &[u8]) -> Result<Self, String> {
        let claims = open(payload)?;
        let question = claims.nats;
        if claims.aud != "nats-authorization-request" || question.kind != "authorization_request" {
            return Err("no request for a login".to_owned());
        }
        if claims.iss != question.server_id.id || !claims.iss.starts_with('N') {
            return Err("no server asks".to_owned());
        }
        let said = question.connect_opts;
        let signature = URL_SAFE_NO_PAD.decode(&said.sig).or_else(|_| STANDARD.decode(&said.sig));
        let nonce = question.client_info.nonce;
        let is_signed = |signature: Vec<u8>| is_signed(&said.nkey, nonce.as_bytes(), &signature);
        let is_proved = said.nkey.starts_with('U') && !nonce.is_empty() && signature.is_ok_and(is_signed);
        let (nkey, token) = (said.nkey, said.auth_token);
        Ok(Self { server: claims.iss, connection: question.user_nkey, nkey, is_proved, token })
    }

    /// The nkey of whoever comes, if it has shown that it has it: the server leaves this to us.
    pub(super) fn proved_nkey(&self) -> Option<&str> {
        Some(self.nkey.as_str()).filter(|_| self.is_proved)
    }

    /// The answer that lets it in, until the clock says `until_s`.
    pub(super) fn admit(&self, issuer: &Nkey, name: &str, may: &Permissions, (now_s, until_s): (u64, u64)) -> String {
        let unlimited = -1;
        let user = json!({
            "iss": issuer.public(), "sub": self.connection, "aud": may.account, "name": name,
            "iat": now_s, "exp": until_s,
            "nats": {
                "type": "user", "version": 2,
                "pub": { "allow": may.publish }, "sub": { "allow": may.subscribe },
                "data": unlimited,
                "subs": if may.bounded { json!(MAX_SUBSCRIPTIONS) } else { json!(unlimited) },
                "payload": if may.bounded { json!(MAX_PAYLOAD) } else { json!(unlimited) },
            },
        });
        let user = signed(issuer, user);
        self.reply(issuer, now_s, json!({ "type": "authorization_response", "version": 2, "jwt": user }))
    }

    /// The answer that keeps it out.
    pub(super) fn refuse(&self, issuer: &Nkey, now_s: u64, why: &str) -> String {
        self.reply(issuer, now_s, json!({ "type": "authorization_response", "version": 2, "error": why }))
    }

    fn reply(&self, issuer: &Nkey, now_s: u64, nats: Value) -> String {
        let claims = json!({
            "iss": issuer.public(), "sub": self.connection, "aud": self.server, "iat": now_s, "nats": nats,
        });
        signed(issuer, claims)
    }
}

/// A token with these claims and their digest as its name.
fn signed(issuer: &Nkey, mut claims: Value) -> String {
    claims["jti"] = json!(Digest::of_json(&claims).to_string());
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", encode(&json!({ "typ": "JWT", "alg": "ed25519-nkey" })), encode(&claims));
    let signature = issuer.pair().sign(text.as_bytes()).expect("the key has its seed");
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The claims of a token that whoever they name has signed.
fn open(payload: &[u8]) -> Result<Claims, String> {
    if payload.len() > MAX_REQUEST {
        return Err(format!("has more than {MAX_REQUEST} bytes"));
    }
    let text = std::str::from_utf8(payload).map_err(|_| "is no text")?;
    let (body, signature) = text.rsplit_once('.').ok_or("is no token")?;
    let (_, claims) = body.split_once('.').ok_or("is no token")?;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| "is no token".to_owned());
    let claims: Claims = serde_json::from_slice(&decode(claims)?).map_err(|error| error.to_string())?;
    if !is_signed(&claims.iss, body.as_bytes(), &decode(signature)?) {
        return Err("is not signed by its issuer".to_owned());
    }
    Ok(claims)
}

fn is_signed(public: &str, text: &[u8], signature: &[u8]) -> bool {
    KeyPair::from_public_key(public).is_ok_and(|key| key.verify(text, signature).is_ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A server's question, as a real one asks it, before it is signed.
    fn question(server: &KeyPair, worker: &KeyPair) -> Value {
        let signature = URL_SAFE_NO_PAD.encode(worker.sign(b"nonce").expect("has its seed"));
        json!({
            "iss": server.public_key(), "aud": "nats-authorization-request", "sub": "A", "iat": 1,
            "nats": {
                "type": "authorization_request", "version": 2,
                "server_id": { "id": server.public_key(), "name": "s", "host": "127.0.0.1" },
                "user_nkey": KeyPair::new_user().public_key(),
                "client_info": { "host": "127.0.0.1", "nonce": "nonce" },
                "connect_opts": {
                    "nkey": worker.public_key(), "sig": signature, "auth_token": "token", "protocol": 1,
                },
            },
        })
    }

    fn sign(key: &KeyPair, claims: &Value) -> String {
        let text = format!("e30.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = key.sign(text.as_bytes()).expect("has its seed");
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    #[test]
    fn a_key_counts_when_it_was_proved() {
        let (server, worker) = (KeyPair::new_server(), KeyPair::new_user());
        let claims = question(&server, &worker);
        let request = Request::read(sign(&server, &claims).as_bytes()).expect("a question");
        assert_eq!((request.proved_nkey(), request.token.as_str()), (Some(worker.public_key().as_str()), "token"));

        let another = KeyPair::new_user();
        let of_another = URL_SAFE_NO_PAD.encode(another.sign(b"nonce").expect("has its seed"));
        let older = URL_SAFE_NO_PAD.encode(worker.sign(b"another nonce").expect("has its seed"));
        for (place, wrong) in [
            ("/nats/connect_opts/sig", json!(of_another)),
            ("/nats/connect_opts/sig", json!(older)),
            ("/nats/connect_opts/sig", json!("")),
            ("/nats/connect_opts/nkey", json!(another.public_key())),
            ("/nats/connect_opts/nkey", json!("")),
            ("/nats/client_info/nonce", json!("")),
            ("/nats/type", json!("user")),
            ("/nats/server_id/id", json!(KeyPair::new_server().public_key())),
            ("/aud", json!("somebody")),
        ] {
            let mut claims = claims.clone();
            *claims.pointer_mut(place).expect("it is there") = wrong;
            let request = Request::read(sign(&server, &claims).as_bytes());
            assert!(!request.is_ok_and(|request| request.proved_nkey().is_some()), "{place}");
        }
        assert!(Request::read(sign(&another, &claims).as_bytes()).is_err(), "signed by another");
    }

    #[test]
    fn the_answer_says_what_a_worker_may() {
        let (server, worker, issuer) = (KeyPair::new_server(), KeyPair::new_user(), Nkey::new_account());
        let request = Request::read(sign(&server, &question(&server, &worker)).as_bytes()).expect("a question");
        let may = Permissions {
            account: "WORKERS",
            publish: vec!["news.w1".to_owned()],
            subscribe: vec!["_INBOX_w1.>".to_owned()],
            bounded: true,
        };
        let claims = |token: &str| -> Value {
            let (body, signature) = token.rsplit_once('.').expect("a token");
            let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64");
            assert!(is_signed(issuer.public(), body.as_bytes(), &signature));
            let claims = URL_SAFE_NO_PAD.decode(body.split_once('.').expect("a token").1).expect("base64");
            serde_json::from_slice(&claims).expect("JSON")
        };
        let answer = claims(&request.admit(&issuer, "w1", &may, (100, 160)));
        assert_eq!((&answer["aud"], &answer["sub"]), (&json!(server.public_key()), &json!(request.connection)));
        let user = claims(answer["nats"]["jwt"].as_str().expect("a token"));
        assert_eq!((&user["aud"], &user["exp"], &user["sub"]), (&json!("WORKERS"), &json!(160), &answer["sub"]));
        assert_eq!(user["nats"]["pub"]["allow"], json!(["news.w1"]));
        let answer = claims(&request.refuse(&issuer, 100, "no stake"));
        assert_eq!((&answer["nats"]["error"], answer["nats"].get("jwt")), (&json!("no stake"), None));
    }

    proptest! {
        #[test]
        fn noise_is_refused(noise in proptest::collection::vec(any::<u8>(), 0..300), text in "[a-zA-Z0-9._-]{0,300}") {
            prop_assert!(Request::read(&noise).is_err());
            prop_assert!(Request::read(text.as_bytes()).is_err());
        }
    }
}
