//! The door of a server: connections come in here, with TLS or without, and nobody holds it open.
//!
//! Every connection has limits: how long it may shake hands, how long the head of a request may take, how long it may be
//! that nothing of an answer is taken. So many connections are held at a time, and so many of one address; behind a proxy
//! all have its address, so that limit counts only where TLS ends here.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::{Extension, Router};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::rates::Peer;

/// What a connection may take, and how many there may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections held at a time; the others wait in the system's queue.
    pub connections: usize,
    /// Of one address, where TLS ends here.
    pub of_one: usize,
    /// For a TLS handshake, and for the head of a request; also how long a connection stays without one.
    pub head: Duration,
    /// How long nothing of an answer may be taken.
    pub silence: Duration,
    /// How long requests may go on after the server was told to stop.
    pub ending: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1_024,
            of_one: 128,
            // Devices exchange every 30 s.
            head: Duration::from_secs(40),
            // What the system holds back of a slow line is nothing that is heard.
            silence: Duration::from_secs(180),
            ending: Duration::from_secs(20),
        }
    }
}

/// Answers whoever connects until it is told to stop, and lets requests that are under way end.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    tls: Option<Arc<ServerConfig>>,
    limits: Limits,
    stop: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let of_one = tls.is_some().then_some(limits.of_one);
    let guests = Arc::new(Guests::default());
    let acceptor = tls.map(TlsAcceptor::from);
    // Devices and proxies speak HTTP/1.1, and whoever says nothing would be waited for without end to tell which it is.
    let mut http = Builder::new(TokioExecutor::new()).http1_only();
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head);
    let http = Arc::new(http);
    let graceful = GracefulShutdown::new();
    let (stopping, _) = tokio::sync::watch::channel(());
    let mut stop = std::pin::pin!(stop);
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            () = &mut stop => break,
        };
        let (stream, from) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(failure) => {
                    // Out of files, for instance: it passes.
                    tracing::warn!(%failure, "a connection could not be taken");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let Some(guest) = Guests::come(&guests, from, of_one) else {
            tracing::debug!(%from, "too many connections of one address");
            continue;
        };
        let stream = Heard::new(stream, limits.silence);
        let (acceptor, http, routes) = (acceptor.clone(), Arc::clone(&http), routes.clone());
        let watcher = graceful.watcher();
        let mut told = stopping.subscribe();
        tokio::spawn(async move {
            let _held = (place, guest);
            let routes = match of_one {
                Some(_) => routes.layer(Extension(Peer(whose(from.ip())))),
                None => routes,
            };
            let service = TowerToHyperService::new(routes);
            let ended = match acceptor {
                None => {
                    let connection = http.serve_connection(TokioIo::new(stream), service);
                    watcher.watch(connection).await
                }
                Some(acceptor) => {
                    let shaken = tokio::time::timeout(limits.head, acceptor.accept(stream));
                    // Whoever has not said who they are is not waited for at the end.
                    let shaken = tokio::select! {
                        shaken = shaken => shaken,
                        _ = told.changed() => return,
                    };
                    let Ok(Ok(stream)) = shaken else {
                        tracing::debug!(%from, "no TLS came about");
                        return;
                    };
                    let connection = http.serve_connection(TokioIo::new(stream), service);
                    watcher.watch(connection).await
                }
            };
            if let Err(failure) = ended {
                tracing::debug!(%from, %failure, "a connection broke");
            }
        });
    }
    drop(listener);
    // Dropped or told: both end what waits for it.
    drop(stopping);
    if tokio::time::timeout(limits.ending, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("requests that were under way were cut off");
    }
}

/// How many connections each address holds.
#[derive(Debug, Default)]
struct Guests(Mutex<BTreeMap<IpAddr, usize>>);

/// The address that counts: of IPv6 the part that one household gets.
fn whose(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        ip => ip,
    }
}

/// A connection that counts until it is dropped.
struct Guest {
    guests: Arc<Guests>,
    ip: IpAddr,
}

impl Guests {
    fn come(guests: &Arc<Self>, from: SocketAddr, most: Option<usize>) -> Option<Guest> {
        let ip = whose(from.ip());
        let mut held = guests.0.lock().unwrap_or_else(PoisonError::into_inner);
        let many = held.entry(ip).or_default();
        if most.is_some_and(|most| *many >= most) {
            return None;
        }
        *many += 1;
        drop(held);
        let guests = Arc::clone(guests);
        Some(Guest { guests, ip })
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut held = self.guests.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(many) = held.get_mut(&self.ip) {
            *many -= 1;
            if *many == 0 {
                held.remove(&self.ip);
            }
        }
    }
}

/// A connection that ends when the other side takes nothing of what it asked for.
struct Heard {
    stream: TcpStream,
    silence: Duration,
    waiting: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl Heard {
    fn new(stream: TcpStream, silence: Duration) -> Self {
        Self {
            stream,
            silence,
            waiting: None,
        }
    }

    /// Ends a wait that is over, and begins one where nothing was taken.
    fn patience<T>(
        &mut self,
        cx: &mut Context<'_>,
        taken: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if taken.is_ready() {
            self.waiting = None;
            return taken;
        }
        let silence = self.silence;
        let waiting = self
            .waiting
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(silence)));
        match waiting.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Heard {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Heard {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let taken = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.patience(cx, taken)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let taken = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.patience(cx, taken)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let taken = Pin::new(&mut self.stream).poll_flush(cx);
        self.patience(cx, taken)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let taken = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.patience(cx, taken)
    }
}
