use std::net::SocketAddr;
use std::path::PathBuf;

use super::names::{COORDINATOR_ACCOUNT, WORKER_ACCOUNT, services};

/// What a server's configuration is made from.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Where it listens for workers and the coordinator.
    pub listen: SocketAddr,
    /// Where it tells how it is, over HTTP without encryption; nowhere if there is none.
    pub monitor: Option<SocketAddr>,
    /// Folder for its streams.
    pub store: PathBuf,
    /// Its certificate and those it is signed with, PEM.
    pub certificate: PathBuf,
    /// The key of its certificate, PEM.
    pub key: PathBuf,
    /// Public nkey of the coordinator, `U…`.
    pub coordinator: String,
    /// Public nkey of the account that signs logins, `A…`.
    pub issuer: String,
    /// Most bytes that all streams together may have on disk.
    pub max_disk: u64,
}

/// Configuration of a server, version 2.15 or later, for `nats-server -c FILE`: encrypted, logins answered by the
/// coordinator's [login service](super::LoginService), every message on disk before it counts as stored. Its paths are taken
/// as they are; relative ones begin where the server is started.
#[must_use]
pub fn server_config(options: &ServerOptions) -> String {
    let path = |path: &PathBuf| quoted(&path.to_string_lossy());
    let (coordinator, issuer) = (quoted(&options.coordinator), quoted(&options.issuer));
    let monitor = options.monitor.map(|address| format!("http: \"{address}\"\n")).unwrap_or_default();
    // One reply to a request: what a worker asks for comes one at a time.
    let exports = services().map(|subject| {
        format!("      {{ service: {}, response_type: singleton, accounts: [{WORKER_ACCOUNT}] }}", quoted(&subject))
    });
    let imports = services().map(|subject| {
        format!("      {{ service: {{ account: {COORDINATOR_ACCOUNT}, subject: {} }} }}", quoted(&subject))
    });
    format!(
        r#"# Made by endcap for nats-server 2.15 or later.
server_name: endcap
listen: "{listen}"
{monitor}max_payload: 1MB
write_deadline: "10s"
tls {{ cert_file: {certificate}, key_file: {key}, timeout: 10 }}

# A message is on disk before the server says that it is stored; the default is up to two minutes later.
jetstream {{ store_dir: {store}, sync_interval: always, max_memory_store: 64MB, max_file_store: {max_disk} }}

accounts {{
  {COORDINATOR_ACCOUNT} {{
    jetstream: enabled
    users: [{{ nkey: {coordinator} }}]
    exports: [
{exports}
    ]
  }}
  # Workers have an account of their own: a reply that a worker sends somewhere else than to itself stays in there.
  {WORKER_ACCOUNT} {{
    imports: [
{imports}
    ]
  }}
  SYS {{}}
}}
system_account: SYS

# Who is not the coordinator is let in by the coordinator. A change in here needs a restart.
authorization {{
  timeout: 10
  auth_callout {{ issuer: {issuer}, account: {COORDINATOR_ACCOUNT}, auth_users: [{coordinator}] }}
}}
"#,
        listen = options.listen,
        certificate = path(&options.certificate),
        key = path(&options.key),
        store = path(&options.store),
        max_disk = options.max_disk,
        exports = exports.join(",\n"),
        imports = imports.join(",\n"),
    )
}

/// A text as the server reads it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '\\' | '"' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_leave_their_quotes() {
        assert_eq!(quoted(r#"a"b\c"#), r#""a\"b\\c""#);
        assert_eq!(quoted("a\n}"), r#""a\n}""#);
        let options = ServerOptions {
            listen: ([127, 0, 0, 1], 4222).into(),
            monitor: None,
            store: "a\" }\nlisten: \"0.0.0.0:1".into(),
            certificate: "c.pem".into(),
            key: "k.pem".into(),
            coordinator: "U".to_owned(),
            issuer: "A".to_owned(),
            max_disk: 1 << 30,
        };
        let text = server_config(&options);
        assert_eq!(text.lines().filter(|line| line.trim_start().starts_with("listen:")).count(), 1);
        assert!(text.contains("sync_interval: always"));
    }
}
