//! The HTTP interface of the review page. One thread answers requests; file access and decoding run on other
//! threads.

use super::assets;
use super::export::{reference_json, reference_text};
use super::guard::{Guard, guard};
use super::index::DOUBTFUL;
use super::listing::{Question, list, neighbours};
use super::picture::{Frame, TILE, jpeg};
use super::store::StoreError;
use super::workspace::{Opened, Submission, Workspace, WorkspaceError};
use crate::reviewed::{LoadError, Review, regions_of};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Largest accepted request body in bytes: a page of 5,000 lines with alternatives has 20 MB.
const LARGEST_BODY: usize = 24 << 20;

/// Most decodings and saves at one time; others wait. The smallest supported machine has two cores.
const AT_ONCE: usize = 4;

/// Fixed values of a server.
#[derive(Clone, Default)]
pub struct Session {
    /// Default name of the reviewer.
    pub reviewer: String,
    /// Name of the folder of results, shown as the title.
    pub title: String,
    /// Returns the current time, RFC 3339 in UTC; the library reads no clock.
    pub now: Option<fn() -> String>,
}

#[derive(Clone)]
struct Server {
    workspace: Arc<Workspace>,
    session: Arc<Session>,
    places: Arc<tokio::sync::Semaphore>,
}

/// The router with all routes and the access control.
pub fn router(workspace: Arc<Workspace>, session: Session, let_in: Guard) -> Router {
    let places = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
    let server = Server { workspace, session: Arc::new(session), places };
    Router::new()
        .route("/api/session", get(session_of))
        .route("/api/pages", get(pages))
        .route("/api/pages/{id}", get(page).put(save))
        .route("/api/pages/{id}/neighbours", get(page_neighbours))
        .route("/api/pages/{id}/tiles/{level}/{column}/{row}", get(tile))
        .route("/api/pages/{id}/cut", get(cut))
        .route("/api/pages/{id}/reference.txt", get(text_reference))
        .route("/api/pages/{id}/reference.json", get(json_reference))
        .fallback(asset)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(Arc::new(let_in), guard))
        .with_state(server)
}

/// Serves until the program ends.
///
/// # Errors
/// If no thread can be started or the listener fails.
pub fn serve(
    listener: std::net::TcpListener,
    workspace: Arc<Workspace>,
    session: Session,
    let_in: Guard,
) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let reader = Arc::clone(&workspace);
    std::thread::Builder::new().name("list".into()).spawn(move || reader.read_list())?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        axum::serve(listener, router(workspace, session, let_in)).await
    })
}

impl Server {
    /// Runs slow work on another thread.
    async fn slowly<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Workspace) -> Result<T, WorkspaceError> + Send + 'static,
    ) -> Result<T, Problem> {
        let workspace = Arc::clone(&self.workspace);
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| Problem::broken())?;
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            work(&workspace)
        });
        done.await.map_err(|_| Problem::broken())?.map_err(Problem::from)
    }
}

/// An error response with a code for the page and a message for people.
struct Problem {
    status: StatusCode,
    body: Value,
}

impl Problem {
    fn new(status: StatusCode, code: &str, message: &str) -> Self {
        Self { status, body: json!({ "error": code, "message": message }) }
    }

    fn broken() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "an internal error; nothing was saved")
    }
}

impl From<WorkspaceError> for Problem {
    fn from(error: WorkspaceError) -> Self {
        let message = error.to_string();
        match error {
            WorkspaceError::NoSuchPage => Self::new(StatusCode::NOT_FOUND, "no-such-page", &message),
            WorkspaceError::Record(..) => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "record", &message),
            WorkspaceError::Refused(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", &message),
            WorkspaceError::Source(_) => Self::new(StatusCode::NOT_FOUND, "no-scan", &message),
            WorkspaceError::Store(StoreError::Conflict(theirs)) => {
                let mut problem = Self::new(StatusCode::CONFLICT, "conflict", &message);
                problem.body["review"] = review_json(&theirs);
                problem
            }
            WorkspaceError::Store(StoreError::Load(LoadError::Damaged { .. })) => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "damaged", &message)
            }
            WorkspaceError::Store(StoreError::Load(LoadError::Unreadable { .. }) | StoreError::Io { .. }) => {
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "not-saved", &message)
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

async fn asset(uri: Uri, headers: HeaderMap) -> Response {
    let Some(asset) = assets::find(uri.path()) else {
        return (StatusCode::NOT_FOUND, "there is nothing at this address").into_response();
    };
    let tag = asset.tag();
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let kind = asset.kind.to_owned();
    let keep = "no-cache".to_owned();
    ([(header::CONTENT_TYPE, kind), (header::ETAG, tag), (header::CACHE_CONTROL, keep)], asset.bytes)
        .into_response()
}

async fn session_of(State(server): State<Server>, headers: HeaderMap) -> Json<Value> {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    Json(json!({
        "title": server.session.title, "reviewer": server.session.reviewer, "language": language(wanted),
        "doubtful": DOUBTFUL, "tile": TILE, "version": env!("CARGO_PKG_VERSION"),
    }))
}

/// `ja` or `en`: the one with more weight in `Accept-Language` (RFC 9110, 12.5.4); `en` if neither is named.
fn language(accepted: &str) -> &'static str {
    let weight = |wanted: &str| {
        let of = |part: &str| {
            let (name, rest) = part.split_once(';').unwrap_or((part, ""));
            let is = name.trim().split('-').next().is_some_and(|n| n.eq_ignore_ascii_case(wanted));
            let weight = rest.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.parse::<f32>().ok());
            is.then_some(weight?)
        };
        accepted.split(',').filter_map(of).fold(0.0, f32::max)
    };
    if weight("ja") > weight("en") { "ja" } else { "en" }
}

async fn pages(State(server): State<Server>, Query(question): Query<Question>) -> Response {
    server.workspace.with_index(|index| Json(list(index, &question)).into_response())
}

async fn page_neighbours(
    State(server): State<Server>,
    Path(id): Path<String>,
    Query(question): Query<Question>,
) -> Response {
    server.workspace.with_index(|index| Json(neighbours(index, &id, &question)).into_response())
}

async fn page(State(server): State<Server>, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let answer = move |workspace: &Workspace| {
        let Opened { entry, page, review, record_changed, .. } = workspace.open(&id)?;
        let levels =
            std::iter::successors(Some(page.width.max(page.height)), |s| (*s > TILE).then(|| s.div_ceil(2)));
        Ok(json!({
            "id": entry.id, "name": entry.name, "source": page.source, "width": page.width, "height": page.height,
            "dpi": page.dpi, "skew_degrees": page.skew_degrees, "rotation": page.rotation, "levels": levels.count(),
            "warnings": page.warnings, "telegram": page.telegram, "machine": regions_of(&page),
            "review": review_json(&review), "record_changed": record_changed, "reference": workspace.reference(&entry),
        }))
    };
    Ok(Json(server.slowly(answer).await?))
}

/// The fields of a review that the browser needs.
fn review_json(review: &Review) -> Value {
    json!({ "revision": review.revision, "done": review.done, "changes": review.changes, "regions": review.regions,
        "history": review.history })
}

async fn save(
    State(server): State<Server>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if kind.split(';').next() != Some("application/json") {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "refused",
            "a page is sent as application/json",
        ));
    }
    let now = server.session.now.map_or_else(String::new, |now| now());
    let sent: Submission = serde_json::from_slice(&body).map_err(|e| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", &format!("this is no page: {e}"))
    })?;
    let review = server.slowly(move |workspace| workspace.save(&id, sent, now)).await?;
    Ok(Json(review_json(&review)))
}

async fn tile(
    State(server): State<Server>,
    Path((id, level, column, row)): Path<(String, usize, u32, u32)>,
) -> Result<Response, Problem> {
    let tile = server.slowly(move |workspace| Ok(workspace.picture(&id)?.tile(level, column, row))).await?;
    tile.map(picture).ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "no-tile", "there is no such tile"))
}

/// Query parameters of a [`Frame`].
#[derive(Deserialize)]
struct Cut {
    degrees: f64,
    left: f64,
    top: f64,
    width: u32,
    height: u32,
}

async fn cut(
    State(server): State<Server>,
    Path(id): Path<String>,
    Query(Cut { degrees, left, top, width, height }): Query<Cut>,
) -> Result<Response, Problem> {
    let frame = Frame { degrees, left, top, width, height };
    if !frame.is_modest() {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", "a cut that no line can have"));
    }
    let bytes = server.slowly(move |workspace| Ok(jpeg(&frame.cut(workspace.picture(&id)?.full())))).await?;
    Ok(picture(bytes))
}

fn picture(bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "image/jpeg")], bytes).into_response()
}

async fn text_reference(State(server): State<Server>, Path(id): Path<String>) -> Result<Response, Problem> {
    let text = |opened: &Opened| reference_text(&opened.review).into_bytes();
    reference(&server, id, "text/plain; charset=utf-8", "gt.txt", text).await
}

async fn json_reference(State(server): State<Server>, Path(id): Path<String>) -> Result<Response, Problem> {
    let bytes = |opened: &Opened| {
        let json = reference_json(&opened.page, &opened.review);
        serde_json::to_vec_pretty(&json).expect("strings and numbers")
    };
    reference(&server, id, "application/json", "gt.json", bytes).await
}

/// A download named after its page.
async fn reference(
    server: &Server,
    id: String,
    kind: &'static str,
    ending: &'static str,
    write: fn(&Opened) -> Vec<u8>,
) -> Result<Response, Problem> {
    let opened = move |workspace: &Workspace| {
        let opened = workspace.open(&id)?;
        let name = opened.entry.name.rsplit('/').next().unwrap_or_default();
        Ok((disposition(&format!("{name}.{ending}")), write(&opened)))
    };
    let (disposition, bytes) = server.slowly(opened).await?;
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes)
        .into_response())
}

/// The header value by RFC 6266: an ASCII name for old programs, then the percent-encoded UTF-8 name (RFC 8187, 3.2.1).
fn disposition(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || " !#$&'()+,-.=@[]^_`{}~".contains(c);
    let ascii: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let is_attribute = |b: u8| b.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&b);
    let encoded: String = name
        .bytes()
        .map(|b| if is_attribute(b) { char::from(b).into() } else { format!("%{b:02X}") })
        .collect();
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::{disposition, language};

    #[test]
    fn a_download_has_the_name_of_its_page_in_any_script() {
        let all = disposition("電信 \"1\"\r\n%.gt.txt");
        assert_eq!(
            all,
            "attachment; filename=\"__ _1____.gt.txt\"; \
             filename*=UTF-8''%E9%9B%BB%E4%BF%A1%20%221%22%0D%0A%25.gt.txt"
        );
    }

    #[test]
    fn the_language_is_the_heavier_of_the_two() {
        let cases = [
            ("ja,en-US;q=0.9", "ja"),
            ("en-GB,ja;q=0.5", "en"),
            ("fr, ja;q=0.2", "ja"),
            ("", "en"),
            ("ja;q=x", "en"),
        ];
        for (accepted, expected) in cases {
            assert_eq!(language(accepted), expected, "{accepted}");
        }
    }
}
