//! Starts and stops the server.

use std::io;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, Notify, watch};
use tokio::task::JoinHandle;

use super::connection::{CallerConnection, CuttableListener};
use super::held_calls::HeldCalls;
use super::page::PageLanguage;
use super::persistence::{self, WorldKeeper};
use super::pusher::{self, Pusher};
use super::stream::StreamHub;
use super::{admin, api, gate, page, stream};
use crate::company::{self, CompanySize};
use crate::world::{Settings, World};

/// Time that open calls have when the server stops.
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(2);

/// Configuration of a server.
#[derive(Debug)]
pub struct ServerConfig {
    /// A bound listener, which wins over `port`. It should be bound to loopback.
    pub listener: Option<std::net::TcpListener>,
    /// A port of 127.0.0.1; 0 takes a free port.
    pub port: u16,
    /// Directory that stores the world. A stored world wins over `size`, and over `settings` except
    /// for `qps` and `latency_ms`.
    pub data: Option<PathBuf>,
    /// Size of the company to generate.
    pub size: CompanySize,
    /// Settings at the start.
    pub settings: Settings,
}

impl ServerConfig {
    /// Configuration for a company of this size on a free port, in memory, with default settings.
    #[must_use]
    pub fn in_memory(people: usize, departments: usize, seed: u64) -> Self {
        let size = CompanySize {
            people,
            departments,
            seed,
            big_department: None,
        };
        Self {
            listener: None,
            port: 0,
            data: None,
            size,
            settings: Settings::default(),
        }
    }
}

/// The sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken, or the listener does not work.
    #[error("cannot listen on loopback")]
    Listen(#[source] io::Error),
    /// The stored world cannot be read.
    #[error("the stored sandbox cannot be read")]
    Load(#[source] io::Error),
    /// The world cannot be stored.
    #[error("the sandbox cannot be stored")]
    Store(#[source] io::Error),
    /// The HTTP client cannot be built.
    #[error("no HTTP client for pushing events")]
    Client(#[source] reqwest::Error),
}

/// The state that every handler shares.
#[derive(Clone)]
pub(super) struct ServerState {
    pub(super) world: Arc<Mutex<World>>,
    pub(super) pusher: Pusher,
    pub(super) holds: Arc<HeldCalls>,
    pub(super) streams: Arc<StreamHub>,
    pub(super) keeper: Arc<WorldKeeper>,
    /// Signals that the world may have changed and should be stored soon.
    pub(super) changed: Arc<Notify>,
    /// Signals that a push may be due.
    pub(super) due: Arc<Notify>,
    /// The server's own address.
    pub(super) url: Arc<str>,
    /// Whether the page is in English for a reader who has chosen no language.
    pub(super) page_in_english: Arc<AtomicBool>,
}

impl ServerState {
    /// Stores the world before the answer is sent.
    pub(super) async fn save_world(&self) {
        self.due.notify_one();
        if let Err(error) = self.keeper.save_world(&self.world).await {
            tracing::error!(error = %error, "the sandbox could not be stored");
        }
    }
}

/// The HTTP server of the sandbox.
#[derive(Debug)]
pub struct Server;

impl Server {
    /// Starts the HTTP server.
    ///
    /// # Errors
    /// [`StartError`] if the server cannot listen, or if the stored world cannot be read or
    /// written.
    pub async fn start(config: ServerConfig) -> Result<RunningServer, StartError> {
        let stored = config
            .data
            .as_deref()
            .map(persistence::load_world)
            .transpose()
            .map_err(StartError::Load)?
            .flatten();
        let world = match stored {
            Some(mut world) => {
                world.set_pace(config.settings.qps, config.settings.latency_ms);
                world
            }
            None => World::new(company::generate_sized(config.size), config.settings),
        };
        let listener = match config.listener {
            Some(listener) => listener
                .set_nonblocking(true)
                .and_then(|()| TcpListener::from_std(listener)),
            None => TcpListener::bind((Ipv4Addr::LOCALHOST, config.port)).await,
        };
        let listener = listener.map_err(StartError::Listen)?;
        let address = listener.local_addr().map_err(StartError::Listen)?;
        let face = ServerState {
            world: Arc::new(Mutex::new(world)),
            pusher: Pusher::new().map_err(StartError::Client)?,
            holds: Arc::default(),
            streams: Arc::default(),
            keeper: Arc::new(WorldKeeper::new(config.data)),
            changed: Arc::default(),
            due: Arc::default(),
            url: format!("http://{address}").into(),
            page_in_english: Arc::default(),
        };
        let endpoint = format!("ws://{address}{}", stream::PATH);
        face.world.lock().await.set_stream_endpoint(endpoint);
        face.keeper
            .save_world(&face.world)
            .await
            .map_err(StartError::Store)?;
        Ok(RunningServer::spawn_tasks(face, CuttableListener(listener)))
    }
}

/// A running sandbox. Dropping it stops it without waiting.
pub struct RunningServer {
    /// Base URL of the APIs of both hosts, of the page and of the administration:
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// The world, for tests that act and read without HTTP. Call [`RunningServer::apply_changes`]
    /// after an act.
    pub world: Arc<Mutex<World>>,
    face: ServerState,
    stop: watch::Sender<bool>,
    server: JoinHandle<io::Result<()>>,
    tasks: Vec<JoinHandle<()>>,
}

impl RunningServer {
    fn spawn_tasks(face: ServerState, lines: CuttableListener) -> Self {
        let stop = watch::Sender::new(false);
        let router: Router = Router::new()
            .merge(admin::routes())
            .merge(stream::routes())
            .merge(page::routes(&face))
            .fallback(api::handle_call)
            .with_state(face.clone());
        let router = router.layer(axum::middleware::from_fn(gate::refuse_foreign_pages));
        let mut stopped = stop.subscribe();
        let server = axum::serve(
            lines,
            router.into_make_service_with_connect_info::<CallerConnection>(),
        );
        let server = server.with_graceful_shutdown(async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        });
        Self {
            url: face.url.to_string(),
            world: Arc::clone(&face.world),
            server: tokio::spawn(async move { server.await }),
            tasks: vec![
                tokio::spawn(pusher::push_due_events(face.clone())),
                tokio::spawn(save_changes(face.clone())),
            ],
            face,
            stop,
        }
    }

    /// Sets the language of the page for a reader who has chosen none on it. It is Chinese at first.
    pub fn set_page_language(&self, language: PageLanguage) {
        let english = language == PageLanguage::En;
        self.face.page_in_english.store(english, Ordering::Relaxed);
    }

    /// Pushes events that are due and stores the world. Call this after a change through
    /// [`RunningServer::world`].
    pub async fn apply_changes(&self) {
        self.face.save_world().await;
    }

    /// Stops the server. Open calls have two seconds to end; then the world is stored.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        self.face.holds.release_all();
        self.face.streams.cut_all();
        let _ = tokio::time::timeout(SHUTDOWN_PATIENCE, &mut self.server).await;
        self.face.save_world().await;
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        self.face.holds.release_all();
        self.face.streams.cut_all();
        self.server.abort();
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// Stores the changes that calls made, a moment after each call.
async fn save_changes(face: ServerState) {
    loop {
        face.changed.notified().await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        face.save_world().await;
    }
}
