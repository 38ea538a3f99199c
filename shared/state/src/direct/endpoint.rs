//! Where a service answers.

use super::AwsService;

/// An address that is none: `http://` or `https://`, a host and perhaps a port were expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no address of an AWS service; http:// or https://, a host and perhaps a port are expected"
)]
pub struct EndpointError(String);

/// Host, port and whether TLS is spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceEndpoint {
    pub(super) tls: bool,
    /// As it is looked up and as certificates name it.
    pub(super) host: String,
    pub(super) port: u16,
    /// Host and, where it is not the usual one, port: the `Host` header.
    pub(super) authority: String,
}

impl ServiceEndpoint {
    /// Of a service in a region, in that region's partition.
    #[must_use]
    pub fn of_service(service: AwsService, region: &str) -> Self {
        let host = format!("{}.{region}.{}", service.name, domain_suffix(region));
        Self {
            tls: true,
            authority: host.clone(),
            host,
            port: 443,
        }
    }

    /// From a URL; a path is ignored, as nobody gives one.
    ///
    /// # Errors
    /// [`EndpointError`].
    pub fn parse(url: &str) -> Result<Self, EndpointError> {
        let invalid = || EndpointError(url.to_owned());
        let uri: http::Uri = url.parse().map_err(|_| invalid())?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(invalid()),
        };
        let host = uri
            .host()
            .ok_or_else(invalid)?
            .trim_matches(['[', ']'])
            .to_owned();
        let authority = uri.authority().ok_or_else(invalid)?;
        if authority.as_str().contains('@') {
            return Err(invalid());
        }
        let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Ok(Self {
            tls,
            host,
            port,
            authority: authority.to_string(),
        })
    }
}

/// The end of every address of a region's partition.
fn domain_suffix(region: &str) -> &'static str {
    let starts = |start: &str| region.starts_with(start);
    match () {
        () if starts("cn-") => "amazonaws.com.cn",
        () if starts("eusc-") => "amazonaws.eu",
        () if starts("us-iso-") => "c2s.ic.gov",
        () if starts("us-isob-") => "sc2s.sgov.gov",
        () => "amazonaws.com",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{SECRETS_MANAGER, SQS};
    use super::*;

    #[test]
    fn each_partition_has_its_own_addresses() {
        assert_eq!(
            ServiceEndpoint::of_service(SQS, "eu-central-1").host,
            "sqs.eu-central-1.amazonaws.com"
        );
        assert_eq!(
            ServiceEndpoint::of_service(SECRETS_MANAGER, "cn-north-1").host,
            "secretsmanager.cn-north-1.amazonaws.com.cn"
        );
        assert_eq!(
            ServiceEndpoint::of_service(SQS, "us-gov-west-1").host,
            "sqs.us-gov-west-1.amazonaws.com"
        );
        assert_eq!(
            ServiceEndpoint::of_service(SQS, "eusc-de-east-1").host,
            "sqs.eusc-de-east-1.amazonaws.eu"
        );
    }

    #[test]
    fn an_emulator_address_is_parsed() {
        let plain = ServiceEndpoint::parse("http://127.0.0.1:4566").unwrap();
        assert_eq!(
            (plain.tls, plain.host.as_str(), plain.port),
            (false, "127.0.0.1", 4566)
        );
        assert_eq!(plain.authority, "127.0.0.1:4566");
        let usual = ServiceEndpoint::parse("https://sqs.example/").unwrap();
        assert_eq!(
            (usual.tls, usual.port, usual.authority.as_str()),
            (true, 443, "sqs.example")
        );
        assert_eq!(
            ServiceEndpoint::parse("https://[::1]:9000").unwrap().host,
            "::1"
        );
        for wrong in [
            "",
            "sqs.example",
            "ftp://sqs.example",
            "http://",
            "https://u:p@sqs.example",
        ] {
            assert!(ServiceEndpoint::parse(wrong).is_err(), "{wrong}");
        }
    }
}
