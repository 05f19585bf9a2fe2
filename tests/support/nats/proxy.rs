use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A cable that can be cut: what comes to its port goes on to a server, as long as it is whole.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    whole: AtomicBool,
    over: AtomicBool,
    ends: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    pub(crate) fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Shared { whole: true.into(), over: false.into(), ends: Mutex::default() };
        let shared = Arc::new(shared);
        let inside = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming() {
                if inside.over.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(client), true) = (client, inside.whole.load(Ordering::SeqCst)) else { continue };
                let Ok(server) = TcpStream::connect(server) else { continue };
                join(&inside, &client, &server).expect("two ends");
            }
        });
        Self { port, shared }
    }

    /// Cuts all connections, and lets no new ones through.
    pub(crate) fn cut(&self) {
        self.shared.whole.store(false, Ordering::SeqCst);
        for end in self.shared.ends.lock().expect("plain data").drain(..) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    pub(crate) fn mend(&self) {
        self.shared.whole.store(true, Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut();
        self.shared.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

fn join(shared: &Shared, client: &TcpStream, server: &TcpStream) -> io::Result<()> {
    for (from, to) in [(client, server), (server, client)] {
        let (mut from, mut to) = (from.try_clone()?, to.try_clone()?);
        shared.ends.lock().expect("plain data").push(from.try_clone()?);
        thread::spawn(move || {
            let mut buffer = [0; 16 << 10];
            while let Ok(read @ 1..) = from.read(&mut buffer) {
                if to.write_all(&buffer[..read]).is_err() {
                    break;
                }
            }
            let _ = to.shutdown(Shutdown::Both);
        });
    }
    Ok(())
}
