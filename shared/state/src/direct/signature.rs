//! A signed request.

use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::client::identity::Identity as AwsIdentity;
use bytes::Bytes;
use directory::Timestamp;
use http::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use http::request::Builder;
use http_body_util::Full;
use secrecy::{ExposeSecret, SecretString};

use super::{AwsService, ServiceEndpoint};

/// A request that is ready to go.
pub(super) type SignedRequest = http::Request<Full<Bytes>>;

/// Region and credentials. `Debug` hides the latter.
#[derive(Clone)]
pub struct CallerIdentity {
    region: String,
    credentials: AwsIdentity,
}

impl CallerIdentity {
    /// Keys of a role, valid for as long as the process lives; the session token may be absent (emulators).
    #[must_use]
    pub fn new(
        region: &str,
        access_key: &str,
        secret_key: &SecretString,
        session: Option<&SecretString>,
    ) -> Self {
        let session = session.map(|token| token.expose_secret().to_owned());
        let credentials = Credentials::new(
            access_key,
            secret_key.expose_secret(),
            session,
            None,
            "environment",
        );
        Self {
            region: region.to_owned(),
            credentials: credentials.into(),
        }
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }
}

impl fmt::Debug for CallerIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

/// Why a request could not be signed; what it holds is not said.
#[derive(Debug)]
pub(super) struct SigningError;

/// A call of an action, signed for this moment.
pub(super) fn sign_request(
    service: AwsService,
    endpoint: &ServiceEndpoint,
    identity: &CallerIdentity,
    action: &str,
    body: Bytes,
    at: Timestamp,
) -> Result<SignedRequest, SigningError> {
    let target = format!("{}.{action}", service.target);
    let kind = format!("application/x-amz-json-{}", service.json);
    let host = endpoint.authority.as_str();
    let headers = [
        ("content-type", kind.as_str()),
        ("host", host),
        ("x-amz-target", target.as_str()),
    ];
    let millis = u64::try_from(at.millis()).map_err(|_| SigningError)?;
    let params = SigningParams::builder()
        .identity(&identity.credentials)
        .region(&identity.region)
        .name(service.name)
        .time(UNIX_EPOCH + Duration::from_millis(millis))
        .settings(SigningSettings::default());
    let params = params.build().map_err(|_| SigningError)?.into();
    let scheme = if endpoint.tls { "https" } else { "http" };
    let signable = SignableRequest::new(
        "POST",
        format!("{scheme}://{host}/"),
        headers.into_iter(),
        SignableBody::Bytes(&body),
    );
    let (instructions, _signature) = sign(signable.map_err(|_| SigningError)?, &params)
        .map_err(|_| SigningError)?
        .into_parts();
    let mut request = http::Request::post("/")
        .header(HOST, host)
        .header(CONTENT_TYPE, kind.as_str());
    request = request.header("x-amz-target", target.as_str());
    for header in instructions.into_parts().0 {
        request = add_header(request, header.name(), header.value(), header.sensitive())?;
    }
    request.body(Full::new(body)).map_err(|_| SigningError)
}

fn add_header(
    request: Builder,
    name: &'static str,
    value: &str,
    sensitive: bool,
) -> Result<Builder, SigningError> {
    let mut value = HeaderValue::from_str(value).map_err(|_| SigningError)?;
    value.set_sensitive(sensitive);
    Ok(request.header(HeaderName::from_static(name), value))
}

#[cfg(test)]
mod tests {
    use super::super::SQS;
    use super::*;

    #[test]
    fn a_request_is_signed_and_its_debug_shows_no_secret() {
        let identity = CallerIdentity::new(
            "cn-north-1",
            "AKID",
            &"a-secret".into(),
            Some(&"a-session".into()),
        );
        assert!(!format!("{identity:?}").contains("a-se"));
        let endpoint = ServiceEndpoint::of_service(SQS, "cn-north-1");
        let at = Timestamp(1_763_800_000_000);
        let signed = sign_request(
            SQS,
            &endpoint,
            &identity,
            "SendMessage",
            Bytes::from_static(b"{}"),
            at,
        )
        .unwrap();
        let header = |name: &str| signed.headers()[name].to_str().unwrap();
        assert_eq!(header("x-amz-date"), "20251122T082640Z");
        assert_eq!(header("x-amz-security-token"), "a-session");
        assert_eq!(header("x-amz-target"), "AmazonSQS.SendMessage");
        let scope = "AWS4-HMAC-SHA256 Credential=AKID/20251122/cn-north-1/sqs/aws4_request, \
                     SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=";
        assert!(
            header("authorization").starts_with(scope),
            "{}",
            header("authorization")
        );
        assert!(!format!("{signed:?}").contains("a-session"));
    }
}
