//! Keys of a queue and the configuration of its server.

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use endcap::job::queue::nats::{Nkey, ServerOptions, server_config};

use super::config;
use crate::progress::say;

#[derive(Debug, clap::Args)]
pub(crate) struct ServerArguments {
    /// Folder for `server.conf`, `coordinator.nk` and `issuer.nk`; keys that are there are kept.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Where the server listens.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "0.0.0.0:4222")]
    listen: SocketAddr,
    /// Where it tells how it is, over plain HTTP.
    #[arg(long, value_name = "ADDRESS:PORT")]
    monitor: Option<SocketAddr>,
    /// The server's certificate and those it is signed with, PEM.
    #[arg(long, value_name = "FILE")]
    certificate: PathBuf,
    /// The key of the certificate, PEM.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Folder for the server's streams.
    #[arg(long, value_name = "DIR")]
    streams: PathBuf,
    /// Most bytes of all streams together.
    #[arg(long, value_name = "BYTES", default_value_t = 10 << 30)]
    max_disk: u64,
}

#[derive(Debug, clap::Args)]
pub(crate) struct KeyArguments {
    /// File for the seed of the key; it must not be there yet.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Writes what a server is started with.
pub(crate) fn server(arguments: &ServerArguments) -> anyhow::Result<ExitCode> {
    fs::create_dir_all(&arguments.out)?;
    let kept = |name: &str, new: fn() -> Nkey| {
        let path = arguments.out.join(name);
        if !path.exists() {
            write_seed(&path, &new())?;
        }
        config::nkey(&path)
    };
    let coordinator = kept("coordinator.nk", Nkey::new_user)?;
    let issuer = kept("issuer.nk", Nkey::new_account)?;
    let options = ServerOptions {
        listen: arguments.listen,
        monitor: arguments.monitor,
        store: arguments.streams.clone(),
        certificate: arguments.certificate.clone(),
        key: arguments.key.clone(),
        coordinator: coordinator.public().to_owned(),
        issuer: issuer.public().to_owned(),
        max_disk: arguments.max_disk,
    };
    let path = arguments.out.join("server.conf");
    fs::write(&path, server_config(&options))?;
    say(format_args!("nats-server -c {}", path.display()));
    Ok(ExitCode::SUCCESS)
}

/// Makes the key of a worker, and prints its public half.
pub(crate) fn worker_key(arguments: &KeyArguments) -> anyhow::Result<ExitCode> {
    let key = Nkey::new_user();
    write_seed(&arguments.out, &key)?;
    say(key.public());
    Ok(ExitCode::SUCCESS)
}

/// Writes a seed into a new file that its owner alone can read.
fn write_seed(path: &Path, key: &Nkey) -> anyhow::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let fail = |source| endcap::Error::from(endcap::dataset::Error::Write { path: path.to_owned(), source });
    let mut file = options.open(path).map_err(fail)?;
    Ok(writeln!(file, "{}", key.seed()).map_err(fail)?)
}
