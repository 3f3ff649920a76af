//! A line over HTTP.

use std::time::Duration;

use koina_model::problem::Problem;

use super::{Failed, Line};

/// A line to one municipal server.
pub struct HttpLine {
    client: reqwest::Client,
    server: String,
}

impl HttpLine {
    /// A line to a server, given as typed: `http://` or `https://` and a host.
    pub fn new(server: &str) -> Result<Self, Problem> {
        let server = server.trim().trim_end_matches('/').to_owned();
        let url = reqwest::Url::parse(&server).map_err(|_| Problem::BadAddress)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(Problem::BadAddress);
        }
        let client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            // A bad line is slow, not dead: only silence ends a transfer.
            .read_timeout(Duration::from_secs(60))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|_| Problem::BadAddress)?;
        Ok(Self { client, server })
    }
}

impl Line for HttpLine {
    async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
    ) -> Result<Vec<u8>, Failed> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).map_err(|_| Failed {
            problem: Problem::BadAddress,
            left: false,
        })?;
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.server))
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let answer = request.send().await.map_err(|failure| offline(&failure))?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(|failure| offline(&failure))?;
        if status.is_success() {
            return Ok(body.to_vec());
        }
        let problem = serde_json::from_slice(&body).unwrap_or(Problem::Offline { since: None });
        Err(Failed {
            problem,
            left: true,
        })
    }
}

fn offline(failure: &reqwest::Error) -> Failed {
    tracing::debug!(%failure, "the line failed");
    Failed {
        problem: Problem::Offline { since: None },
        // Without a connection nothing left; after that only the answer could tell.
        left: !failure.is_connect(),
    }
}
