//! Who may ask, and what a browser may do with the answer.
//!
//! A page that another site shows in the same browser must not reach the reviews: the `Host` must be a name of this
//! machine that no other site can take (DNS rebinding), the `Origin` of what changes anything must be this server, and so
//! must `Sec-Fetch-Site` wherever the browser sends it. Where other machines can connect, a token is wanted too: once
//! in the address, from then on in a cookie that scripts cannot read.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;
use std::sync::Arc;

/// Scripts, styles and pictures from here alone, nothing inline, no frames, no forms, no plugins.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Name of the cookie that holds the token.
const COOKIE: &str = "denshin-review";

/// What is let in.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    /// Names, beside `localhost` and addresses in figures, by which the server may be called.
    pub names: Vec<String>,
    /// Whether only this machine can connect; then addresses of other machines are no names for it either.
    pub loopback: bool,
    /// What must be known to be let in; `None` where everybody who can connect may.
    pub token: Option<String>,
}

/// Lets a request through, or says why not; and tells the browser how to treat the answer.
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
    // What was scanned may be secret: no copy of it stays in a browser's cache.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

enum Verdict {
    Pass,
    Refuse(StatusCode, &'static str),
    /// The token stood in the address: from now on it stands in a cookie.
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

    /// Whether that is a name of this server which no other site can have: a figure, `localhost`, or one the user named.
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

    /// Whether a page of this server asks. Links from elsewhere may lead to the first page, which says nothing.
    fn same_origin(&self, headers: &HeaderMap, host: &str, reads: bool, path: &str) -> bool {
        let origin = text(headers, &header::ORIGIN);
        // With https where a proxy that knows it stands before this server.
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

/// Compares in a time that does not tell how much was right.
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
