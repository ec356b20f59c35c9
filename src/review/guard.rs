//! Access control of the review server.
//!
//! A page of another site in the same browser must not reach the reviews. The `Host` must be a name of this machine
//! that no other site can take (DNS rebinding). Requests that change anything need an `Origin` of this server, and
//! `Sec-Fetch-Site` must be `same-origin` or `none` if the browser sends it. If other machines can connect, a token is
//! required too: once in the URL, from then on in a cookie that scripts cannot read.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;
use std::sync::Arc;

/// Allows scripts, styles and images of this server only; nothing inline, no frames, forms or plugins.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Name of the cookie that holds the token.
const COOKIE: &str = "denshin-review";

/// Which requests are accepted.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    /// Host names of the server, in addition to `localhost` and numeric addresses.
    pub names: Vec<String>,
    /// Whether only this machine can connect. Then the `Host` cannot be an address of another machine either.
    pub loopback: bool,
    /// The required token; `None` if every client that can connect is accepted.
    pub token: Option<String>,
}

/// Passes or refuses a request, and adds security headers to the response.
pub(super) async fn guard(State(guard): State<Arc<Guard>>, request: Request<Body>, next: Next) -> Response {
    let mut response = match guard.judge(&request) {
        Verdict::Pass => next.run(request).await,
        Verdict::Refuse(status, why) => refusal(status, why),
        Verdict::Remember(token) => remember(&token),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Scans may be secret: the browser keeps no copy in its cache.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

enum Verdict {
    Pass,
    Refuse(StatusCode, &'static str),
    /// The token was in the URL; the response moves it into a cookie.
    Remember(String),
}

impl Guard {
    fn judge(&self, request: &Request<Body>) -> Verdict {
        let headers = request.headers();
        let Some(host) = text(headers, &header::HOST).filter(|host| self.knows(host)) else {
            return Verdict::Refuse(
                StatusCode::FORBIDDEN,
                "this server does not answer to that Host (--host-name)",
            );
        };
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        if !self.same_origin(headers, host, reads, request.uri().path()) {
            return Verdict::Refuse(StatusCode::FORBIDDEN, "the request comes from another site");
        }
        let Some(token) = &self.token else { return Verdict::Pass };
        if cookie(headers).is_some_and(|given| equal(given, token)) {
            return Verdict::Pass;
        }
        let given = request.uri().query().and_then(|q| q.split('&').find_map(|p| p.strip_prefix("token=")));
        match given {
            Some(given) if reads && request.uri().path() == "/" && equal(given, token) => {
                Verdict::Remember(token.clone())
            }
            _ => Verdict::Refuse(
                StatusCode::UNAUTHORIZED,
                "open the address that denshin printed, with its token",
            ),
        }
    }

    /// Whether `host` is a name that no other site can take: an address, `localhost`, or a configured name.
    fn knows(&self, host: &str) -> bool {
        let name = match host.strip_prefix('[') {
            Some(rest) => rest.split_once(']').map_or("", |(name, _)| name),
            None => host.rsplit_once(':').map_or(host, |(name, _)| name),
        };
        match name.parse::<IpAddr>() {
            Ok(address) => !self.loopback || address.is_loopback(),
            Err(_) => {
                let named = |n: &str| n.eq_ignore_ascii_case(name);
                named("localhost") || self.names.iter().any(|n| named(n))
            }
        }
    }

    /// Whether a page of this server sent the request. Other sites may only link to `/`, which has no data.
    fn same_origin(&self, headers: &HeaderMap, host: &str, reads: bool, path: &str) -> bool {
        let origin = text(headers, &header::ORIGIN);
        // The scheme is https if a proxy in front of this server terminates TLS.
        let own = |o: &str| o.strip_prefix("http://").or(o.strip_prefix("https://")) == Some(host);
        if origin.map_or(!reads, |o| !own(o)) {
            return false;
        }
        let site = headers.get("sec-fetch-site").and_then(|v| v.to_str().ok());
        matches!(site, None | Some("same-origin" | "none")) || (reads && path == "/")
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|v| v.split("; ")).find_map(|c| c.strip_prefix(COOKIE)?.strip_prefix('='))
}

/// Compares in constant time for equal lengths, so that the time does not reveal a matching prefix.
fn equal(given: &str, wanted: &str) -> bool {
    let differences = given.bytes().zip(wanted.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    given.len() == wanted.len() && differences == 0
}

fn refusal(status: StatusCode, why: &'static str) -> Response {
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], why).into_response()
}

fn remember(token: &str) -> Response {
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict");
    (StatusCode::SEE_OTHER, [(header::LOCATION, "/".to_owned()), (header::SET_COOKIE, cookie)])
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(guard: &Guard, method: &str, uri: &str, headers: &[(&str, &str)]) -> u16 {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match guard.judge(&request.body(Body::empty()).unwrap()) {
            Verdict::Pass => 200,
            Verdict::Refuse(status, _) => status.as_u16(),
            Verdict::Remember(_) => 303,
        }
    }

    #[test]
    fn only_names_that_no_other_site_can_take_are_answered_to() {
        let guard = Guard { loopback: true, ..Guard::default() };
        let host = |g: &Guard, host: &str| verdict(g, "GET", "/", &[("host", host)]);
        for good in ["127.0.0.1:7878", "localhost:7878", "LOCALHOST", "[::1]:7878", "127.9.9.9"] {
            assert_eq!(host(&guard, good), 200, "{good}");
        }
        for bad in [
            "evil.example:7878",
            "127.0.0.1.evil.example",
            "localhost.evil.example:80",
            "10.0.0.5",
            "",
            "[::1",
        ] {
            assert_eq!(host(&guard, bad), 403, "{bad}");
        }
        assert_eq!(verdict(&guard, "GET", "/", &[]), 403);
        let open = Guard { names: vec!["archive.example".into()], ..Guard::default() };
        assert_eq!((host(&open, "10.0.0.5:80"), host(&open, "archive.example:80")), (200, 200));
        assert_eq!(host(&open, "evil.example"), 403);
    }

    #[test]
    fn another_site_can_neither_write_nor_read() {
        let guard = Guard { loopback: true, ..Guard::default() };
        let host = ("host", "localhost:1");
        let put = |more: &[(&str, &str)]| verdict(&guard, "PUT", "/api/pages/0", &[&[host], more].concat());
        assert_eq!(put(&[("origin", "http://localhost:1"), ("sec-fetch-site", "same-origin")]), 200);
        for origin in [
            "http://evil.example",
            "ftp://localhost:1",
            "http://localhost:2",
            "null",
            "http://localhost:1.evil",
        ] {
            assert_eq!(put(&[("origin", origin)]), 403, "{origin}");
        }
        assert_eq!(put(&[]), 403);
        let get = |path: &str, site: &str| verdict(&guard, "GET", path, &[host, ("sec-fetch-site", site)]);
        assert_eq!((get("/api/pages", "cross-site"), get("/api/pages", "same-site")), (403, 403));
        assert_eq!((get("/", "cross-site"), get("/api/pages", "none")), (200, 200));
    }

    #[test]
    fn a_token_is_taken_once_from_the_address_and_then_from_the_cookie() {
        let guard = Guard { token: Some("abc".into()), ..Guard::default() };
        let ask = |uri: &str, cookie: &str| {
            verdict(&guard, "GET", uri, &[("host", "10.0.0.5"), ("cookie", cookie)])
        };
        assert_eq!((ask("/", ""), ask("/?token=abc", ""), ask("/?token=ab", "")), (401, 303, 401));
        assert_eq!((ask("/?token=abcd", ""), ask("/api/pages?token=abc", "")), (401, 401));
        assert_eq!(ask("/api/pages", "x=1; denshin-review=abc"), 200);
        assert_eq!(ask("/api/pages", "denshin-review=abd"), 401);
    }
}
