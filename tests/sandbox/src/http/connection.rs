//! Connections that the server can cut without an answer.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// A loopback listener whose connections can be cut.
#[derive(Debug)]
pub(super) struct CuttableListener(pub(super) TcpListener);

/// One connection that can be cut.
#[derive(Debug)]
pub(super) struct CuttableConnection {
    stream: TcpStream,
    cut: Arc<AtomicBool>,
}

/// The caller's address and the switch that cuts the connection.
#[derive(Debug, Clone)]
pub(super) struct CallerConnection {
    pub(super) ip: IpAddr,
    cut: Arc<AtomicBool>,
}

impl CallerConnection {
    /// Stops all further writes to this connection.
    pub(super) fn cut_connection(&self) {
        self.cut.store(true, Ordering::Release);
    }
}

impl Listener for CuttableListener {
    type Io = CuttableConnection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (CuttableConnection, SocketAddr) {
        loop {
            match self.0.accept().await {
                Ok((stream, address)) => {
                    // Answers are small. Without this, Nagle's algorithm would delay each by 40 ms.
                    let _ = stream.set_nodelay(true);
                    return (
                        CuttableConnection {
                            stream,
                            cut: Arc::default(),
                        },
                        address,
                    );
                }
                // The process has no free file descriptor, or this caller hung up already. Other
                // callers still come.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, CuttableListener>> for CallerConnection {
    fn connect_info(stream: IncomingStream<'_, CuttableListener>) -> Self {
        Self {
            ip: stream.remote_addr().ip(),
            cut: stream.io().cut.clone(),
        }
    }
}

impl CuttableConnection {
    fn check_open(&self) -> io::Result<()> {
        if self.cut.load(Ordering::Acquire) {
            Err(io::ErrorKind::ConnectionReset.into())
        } else {
            Ok(())
        }
    }
}

impl AsyncRead for CuttableConnection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for CuttableConnection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check_open()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check_open()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
