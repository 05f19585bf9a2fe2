use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use super::http::{self, Reply, Request};
use super::routes::Routes;
use crate::dataset::Error;

/// Shows a finished dataset to browsers on this machine.
#[derive(Debug)]
pub struct Viewer {
    listener: TcpListener,
    address: SocketAddr,
    routes: Arc<Routes>,
}

impl Viewer {
    /// Opens a dataset and a port of the loopback interface, which other machines cannot reach; port 0 takes a free one.
    ///
    /// # Errors
    /// If the folder holds no finished dataset, or the port is taken.
    pub fn open(folder: &Path, port: u16) -> Result<Self, Error> {
        let routes = Arc::new(Routes::new(folder.to_owned())?);
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let fail = |source| Error::Serve { address: wanted, source };
        let listener = TcpListener::bind(wanted).map_err(fail)?;
        let address = listener.local_addr().map_err(fail)?;
        Ok(Self { listener, address, routes })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests, and reads the frames for the filters meanwhile. Ends only with an error.
    ///
    /// # Errors
    /// If the port is lost.
    pub fn serve(self) -> Result<(), Error> {
        let Self { listener, address, routes } = self;
        let (reading, answering) = (Arc::clone(&routes), Arc::clone(&routes));
        thread::spawn(move || reading.build_index());
        let source = http::serve(&listener, move |request| answer(request, address, &answering));
        routes.index().stop();
        Err(Error::Serve { address, source })
    }
}

fn answer(request: &Request, address: SocketAddr, routes: &Routes) -> Reply {
    if !is_addressed(request, address) {
        return Reply::refusal(403, "this server answers to its own address only");
    }
    match request.method.as_str() {
        "GET" | "HEAD" => routes.get(&request.target),
        _ => Reply::refusal(405, "only GET"),
    }
}

/// Whether the request names this server: a page of another site, whose name was made to point here, does not.
fn is_addressed(request: &Request, address: SocketAddr) -> bool {
    let (name, port) = request.host.rsplit_once(':').unwrap_or((&request.host, "80"));
    matches!(name, "127.0.0.1" | "localhost") && port.parse() == Ok(address.port())
}
