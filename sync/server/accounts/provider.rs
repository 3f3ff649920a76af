//! The identity provider of a municipality (OpenID Connect Core 1.0): authorization code with PKCE (RFC 7636) for an app on the
//! machine of whoever signs in (RFC 8252). The server talks to the provider, never the app: no secret leaves it.

use std::time::Duration;

use koina_model::problem::Problem;
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreJwsSigningAlgorithm,
    CoreProviderMetadata, CoreUserInfoClaims,
};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};

use crate::log::{ProviderWord, Way};

/// With what an ID token may be signed.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];
/// How long the provider may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Largest answer of a provider.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// Where the provider is, and as whom this server is known there.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderSettings {
    pub issuer: String,
    pub client_id: String,
    /// Of a confidential client; never shown.
    pub secret: Option<String>,
}

impl std::fmt::Debug for ProviderSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderSettings")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

pub(super) struct Provider {
    settings: ProviderSettings,
}

/// A way that begins.
pub(super) struct Begun {
    pub url: String,
    /// What comes back by it.
    pub state: String,
    pub way: Way,
}

/// A provider that has said where it is asked what.
type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

#[derive(Debug, thiserror::Error)]
enum CarryError {
    #[error("the provider cannot be reached")]
    Unreachable(#[from] reqwest::Error),
    #[error("the answer of the provider is too large")]
    TooLarge,
    #[error("the answer of the provider is none")]
    Answer(#[from] openidconnect::http::Error),
}

/// What went wrong, in the log; whoever signs in hears that it did.
fn failed(what: &'static str) -> impl Fn(&dyn std::error::Error) -> Problem {
    move |failure| {
        let mut causes = failure.to_string();
        let mut source = failure.source();
        while let Some(cause) = source {
            causes = format!("{causes}: {cause}");
            source = cause.source();
        }
        tracing::warn!("the identity provider, {what}: {causes}");
        Problem::ProviderFailed
    }
}

impl Provider {
    pub(super) fn new(settings: ProviderSettings) -> Self {
        Self { settings }
    }

    /// Asks the provider where it is asked what, and with which keys it signs. Each time: keys change.
    async fn client(&self, redirect: &str) -> Result<(Client, CoreProviderMetadata), Problem> {
        let issuer = IssuerUrl::new(self.settings.issuer.clone());
        let issuer = issuer.map_err(|failure| failed("its address")(&failure))?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &carry)
            .await
            .map_err(|failure| failed("what it says of itself")(&failure))?;
        let redirect = RedirectUrl::new(redirect.to_owned());
        let redirect = redirect.map_err(|failure| failed("the way back")(&failure))?;
        let client = CoreClient::from_provider_metadata(
            metadata.clone(),
            ClientId::new(self.settings.client_id.clone()),
            self.settings.secret.clone().map(ClientSecret::new),
        );
        Ok((client.set_redirect_uri(redirect), metadata))
    }

    /// Where somebody says who they are, and is sent back from.
    pub(super) async fn begin(&self, redirect: String) -> Result<Begun, Problem> {
        let (client, _) = self.client(&redirect).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let (url, state, nonce) = client
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
            .add_scope(Scope::new("email".to_owned()))
            // Desks are shared, and so are their browsers: whoever sits there now says it themselves.
            .add_prompt(CoreAuthPrompt::Login)
            .set_pkce_challenge(challenge)
            .url();
        Ok(Begun {
            url: url.to_string(),
            state: state.secret().clone(),
            way: Way {
                nonce: nonce.secret().clone(),
                verifier: verifier.secret().clone(),
                redirect,
            },
        })
    }

    /// Asks the provider who came back by this way with this code.
    pub(super) async fn who(&self, way: Way, code: String) -> Result<ProviderWord, Problem> {
        let (client, metadata) = self.client(&way.redirect).await?;
        let asked = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|failure| failed("where it gives words")(&failure))?
            .set_pkce_verifier(PkceCodeVerifier::new(way.verifier))
            .request_async(&carry)
            .await;
        let answer = asked.map_err(|failure| failed("its word")(&failure))?;
        let Some(word) = answer.id_token() else {
            tracing::warn!("the identity provider gave no ID token");
            return Err(Problem::ProviderFailed);
        };
        // Whatever is signed with a key that is the provider's alone: not with the secret that we have as well, nor by nobody.
        let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
        let claims = word
            .claims(&verifier, &Nonce::new(way.nonce))
            .map_err(|failure| failed("its word does not hold")(&failure))?;
        let mut email = claims.email().cloned();
        let mut verified = claims.email_verified();
        // Most say the address only when they are asked for it (OpenID Connect Core 1.0, 5.4).
        if email.is_none() && metadata.userinfo_endpoint().is_some() {
            let subject = Some(claims.subject().clone());
            let asked = client
                .user_info(answer.access_token().clone(), subject)
                .map_err(|failure| failed("where it tells more")(&failure))?;
            let more: CoreUserInfoClaims = asked
                .request_async(&carry)
                .await
                .map_err(|failure| failed("what it tells more")(&failure))?;
            email = more.email().cloned();
            verified = more.email_verified();
        }
        let email = email.filter(|_| verified == Some(true));
        Ok(ProviderWord {
            subject: format!(
                "{}#{}",
                metadata.issuer().as_str(),
                claims.subject().as_str()
            ),
            email: email.map_or_else(String::new, |email| email.as_str().to_lowercase()),
        })
    }
}

/// One request to the provider. It is not sent elsewhere: an address that leads on is refused.
async fn carry(request: HttpRequest) -> Result<HttpResponse, CarryError> {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .build()?;
    let mut answer = client.execute(reqwest::Request::try_from(request)?).await?;
    let mut response = openidconnect::http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let mut bytes = Vec::new();
    while let Some(piece) = answer.chunk().await? {
        if bytes.len() + piece.len() > ANSWER_BYTES_MAX {
            return Err(CarryError::TooLarge);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(response.body(bytes)?)
}
