//! The lean client against a loopback listener: it signs, it honours the endpoint, it gives up in time.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use super::*;

const QUICK: AwsTimeouts = AwsTimeouts {
    attempt_ms: 150,
    call_ms: 400,
    attempts: 2,
};

fn variable_lookup(endpoint: String) -> impl Fn(&str) -> Option<String> {
    move |name| match name {
        AWS_REGION => Some("eu-central-1".into()),
        AWS_ACCESS_KEY_ID => Some("AKIDEXAMPLE".into()),
        AWS_SECRET_ACCESS_KEY => Some("a-secret-key".into()),
        AWS_ENDPOINT_URL => Some(endpoint.clone()),
        _ => None,
    }
}

#[test]
fn a_missing_credential_is_named_and_none_is_printed() {
    let error = AwsSettings::from_vars(&|_| None, AwsTimeouts::WORKER).unwrap_err();
    assert_eq!(
        error.to_string(),
        "environment variable AWS_ACCESS_KEY_ID is not set"
    );
    let settings = AwsSettings::from_vars(
        &variable_lookup("http://127.0.0.1:1".into()),
        AwsTimeouts::WORKER,
    )
    .unwrap();
    assert!(!format!("{settings:?}").contains("a-secret-key"));
}

#[cfg(feature = "aws")]
#[test]
fn loopback_is_allowed_only_for_an_emulator_on_this_machine() {
    let emulated = |endpoint: &str| {
        AwsSettings::from_vars(&variable_lookup(endpoint.into()), AwsTimeouts::WORKER)
            .unwrap()
            .is_emulated_here()
    };
    for here in [
        "http://127.0.0.1:4566",
        "http://127.0.0.1:4566/",
        "http://[::1]:1",
    ] {
        assert!(emulated(here), "{here}");
    }
    for elsewhere in [
        "",
        "https://sqs.eu-central-1.amazonaws.com",
        "http://10.0.0.1:80",
        "http://127.0.0.1.evil.example:80",
    ] {
        assert!(!emulated(elsewhere), "{elsewhere}");
    }
}

#[test]
fn eight_roots_are_embedded() {
    assert_eq!(split_certificates(ROOT_CERTIFICATES).count(), 8);
}

#[cfg(feature = "direct")]
#[test]
fn the_roots_and_a_bundle_are_believed_and_nonsense_is_refused() {
    let settings = AwsSettings::from_vars(
        &variable_lookup("http://127.0.0.1:1".into()),
        AwsTimeouts::RECEIVER,
    )
    .unwrap();
    assert!(settings.direct_clients().is_ok());
    let with = |path: &str| {
        AwsSettings {
            ca_bundle: Some(path.to_owned()),
            ..settings.clone()
        }
        .direct_clients()
        .err()
        .unwrap()
    };
    assert!(matches!(
        with("/nowhere/bundle.pem"),
        AwsClientError::Bundle(_)
    ));
    assert!(matches!(
        with(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")),
        AwsClientError::Tls(_)
    ));
    let elsewhere = AwsSettings {
        endpoint: Some("sqs.example".to_owned()),
        ..settings
    };
    assert!(matches!(
        elsewhere
            .direct_clients()
            .unwrap()
            .queue("q")
            .err()
            .unwrap(),
        AwsClientError::Endpoint(_)
    ));
}

#[cfg(feature = "dynamodb")]
#[tokio::test]
async fn a_call_goes_signed_to_the_endpoint() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = vec![0; 8_192];
        let length = stream.read(&mut request).unwrap();
        let body = r#"{"TableNames":["control"]}"#;
        write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let sdk = AwsSettings::from_vars(&variable_lookup(endpoint), QUICK)
        .unwrap()
        .sdk_config()
        .unwrap();
    let tables = dynamodb_client(&sdk).list_tables().send().await.unwrap();
    assert_eq!(tables.table_names(), ["control"]);
    let request = server.join().unwrap().to_lowercase();
    assert!(
        request.contains("aws4-hmac-sha256 credential=akidexample/"),
        "{request}"
    );
    assert!(request.contains("/eu-central-1/dynamodb/aws4_request"));
}

#[cfg(feature = "dynamodb")]
#[tokio::test]
async fn a_silent_server_is_given_up_in_time() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let sdk = AwsSettings::for_emulator(&endpoint, QUICK)
        .sdk_config()
        .unwrap();
    let begun = Instant::now();
    assert!(dynamodb_client(&sdk).list_tables().send().await.is_err());
    assert!(
        begun.elapsed() < Duration::from_millis(2_000),
        "{:?}",
        begun.elapsed()
    );
}
