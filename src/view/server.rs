use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use tiny_http::{Header, Method, Request, Response, Server};

use super::routes::{Reply, Routes};
use crate::dataset::Error;

/// Requests that are worked on at once.
const THREADS: usize = 4;

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
        let fail = |source: Box<dyn std::error::Error + Send + Sync>| Error::Serve {
            address,
            source: std::io::Error::other(source),
        };
        let server = Server::from_listener(listener, None).map_err(fail)?;
        let result = thread::scope(|scope| {
            scope.spawn(|| routes.build_index());
            let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(|| work(&server, address, &routes))).collect();
            let ends = workers.into_iter().map(|worker| worker.join());
            let first = ends.flatten().find_map(Result::err);
            routes.index().stop();
            first
        });
        result.map_or(Ok(()), |source| Err(Error::Serve { address, source }))
    }
}

fn work(server: &Server, address: SocketAddr, routes: &Routes) -> std::io::Result<()> {
    loop {
        let request = server.recv()?;
        let reply = answer(&request, address, routes);
        // A browser that has gone away is no concern of ours.
        let _ = request.respond(response(reply));
    }
}

fn answer(request: &Request, address: SocketAddr, routes: &Routes) -> Reply {
    if !is_addressed(request, address) {
        return Reply::refusal(403, "this server answers to its own address only");
    }
    match request.method() {
        Method::Get | Method::Head => routes.get(request.url()),
        _ => Reply::refusal(405, "only GET"),
    }
}

/// Whether the request names this server: a page of another site, whose name was made to point here, does not.
fn is_addressed(request: &Request, address: SocketAddr) -> bool {
    let mut hosts = request.headers().iter().filter(|header| header.field.equiv("Host"));
    hosts.all(|host| {
        let host = host.value.as_str();
        let (name, port) = host.rsplit_once(':').unwrap_or((host, "80"));
        matches!(name, "127.0.0.1" | "localhost") && port.parse() == Ok(address.port())
    })
}

fn response(reply: Reply) -> Response<std::io::Cursor<Vec<u8>>> {
    let header = |name: &str, value: &str| Header::from_bytes(name, value).ok();
    let headers = [
        header("Content-Type", reply.kind),
        header("Cache-Control", "no-cache"),
        header("X-Content-Type-Options", "nosniff"),
        // Nothing but this server may be asked for anything.
        header(
            "Content-Security-Policy",
            "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'",
        ),
    ];
    let mut response = Response::from_data(reply.body).with_status_code(reply.status);
    headers.into_iter().flatten().for_each(|header| response.add_header(header));
    response
}
