use directory::NativeId;

use super::*;

// The reference's vector, computed from the described scheme.
const NONCE: &str = "0f5ade";
const TIMESTAMP: &str = "1498586609";
const SIGNATURE: &str = "90ddffe93d142d2f3789355f49b18d476e2f1b6a";
const BODY: &str = r#"{"op":"data_update","opTime":1732262400000,"data":{"_id":"5a3765a091646d77aef8e054","appId":"a1","entryId":"e1","name":"张三","updateTime":"2024-11-22T08:00:00.000Z"}}"#;
const SENT: Timestamp = Timestamp(1_498_586_609_000);

fn secret() -> SecretString {
    SecretString::from("test-secret")
}

fn push() -> ReceivedPush<'static> {
    ReceivedPush {
        nonce: NONCE,
        timestamp: TIMESTAMP,
        signature: SIGNATURE,
        body: BODY.as_bytes(),
    }
}

fn verify(push: &ReceivedPush<'_>, now: Timestamp) -> Result<VerifiedPush, PushRejection> {
    verify_push(push, &secret(), now, PushWindow::default())
}

#[test]
fn the_vector_is_taken_and_only_its_ids_are_kept() {
    assert_eq!(BODY.len(), 169);
    assert_eq!(
        sign_push(NONCE, TIMESTAMP, BODY.as_bytes(), "test-secret"),
        SIGNATURE
    );
    let verified = verify(&push(), SENT).unwrap();
    assert_eq!(verified.body.operation, PushOperation::Row);
    assert_eq!(verified.body.entry_id.as_deref(), Some("e1"));
    assert_eq!(
        verified.body.data_id.as_ref().map(NativeId::as_str),
        Some("5a3765a091646d77aef8e054")
    );
    assert!(!format!("{verified:?}").contains("张三"));
}

#[test]
fn both_spellings_of_the_signature_are_taken() {
    for signature in [format!("sha1={SIGNATURE}"), SIGNATURE.to_uppercase()] {
        let push = ReceivedPush {
            signature: &signature,
            ..push()
        };
        assert!(verify(&push, SENT).is_ok(), "{signature}");
    }
}

#[test]
fn a_forged_push_is_refused_whatever_was_changed() {
    let longer = format!("{BODY} ");
    let other_name = BODY.replace("张三", "李四");
    let forged = [
        ReceivedPush {
            nonce: "0f5adf",
            ..push()
        },
        ReceivedPush {
            timestamp: "1498586610",
            ..push()
        },
        ReceivedPush {
            signature: "",
            ..push()
        },
        ReceivedPush {
            signature: &SIGNATURE[1..],
            ..push()
        },
        ReceivedPush {
            signature: "90ddffe93d142d2f3789355f49b18d476e2f1b6b",
            ..push()
        },
        ReceivedPush {
            signature: "+0ddffe93d142d2f3789355f49b18d476e2f1b6a",
            ..push()
        },
        ReceivedPush {
            body: longer.as_bytes(),
            ..push()
        },
        ReceivedPush {
            body: other_name.as_bytes(),
            ..push()
        },
    ];
    for push in forged {
        assert_eq!(verify(&push, SENT), Err(PushRejection::Forged), "{push:?}");
    }
    let other = SecretString::from("other-secret");
    let refused = verify_push(&push(), &other, SENT, PushWindow::default());
    assert_eq!(refused, Err(PushRejection::Forged));
}

#[test]
fn without_a_secret_nothing_is_taken() {
    let signature = sign_push(NONCE, TIMESTAMP, BODY.as_bytes(), "");
    let unsigned = ReceivedPush {
        signature: &signature,
        ..push()
    };
    let refused = verify_push(
        &unsigned,
        &SecretString::from(""),
        SENT,
        PushWindow::default(),
    );
    assert_eq!(refused, Err(PushRejection::NoSecret));
}

#[test]
fn a_late_push_is_refused_and_so_is_one_from_the_future() {
    let window = PushWindow::default().millis;
    for (apart, taken) in [
        (window, true),
        (window + 1, false),
        (-window, true),
        (-window - 1, false),
        (i64::MAX, false),
    ] {
        let verified = verify(&push(), SENT.plus_millis(apart));
        assert_eq!(verified.is_ok(), taken, "{apart}");
        assert!(taken || verified == Err(PushRejection::Late));
    }
    for timestamp in ["", "x", "99999999999999999999", "9223372036854775807"] {
        let signature = sign_push(NONCE, timestamp, BODY.as_bytes(), "test-secret");
        let push = ReceivedPush {
            timestamp,
            signature: &signature,
            ..push()
        };
        assert_eq!(verify(&push, SENT), Err(PushRejection::Late), "{timestamp}");
    }
}

#[test]
fn a_replayed_push_wakes_once() {
    let (mut recent, window) = (RecentPushes::default(), PushWindow::default());
    let verified = verify(&push(), SENT).unwrap();
    assert_eq!(recent.remember(&verified, SENT, window), Ok(()));
    for later in [0, 1000, window.millis] {
        let again = verify(&push(), SENT.plus_millis(later)).unwrap();
        assert_eq!(
            recent.remember(&again, SENT.plus_millis(later), window),
            Err(PushRejection::Replayed)
        );
    }
    // Spelled in another way it is the same push.
    let upper = SIGNATURE.to_uppercase();
    let again = verify(
        &ReceivedPush {
            signature: &upper,
            ..push()
        },
        SENT,
    )
    .unwrap();
    assert_eq!(
        recent.remember(&again, SENT, window),
        Err(PushRejection::Replayed)
    );
}

#[test]
fn a_signed_body_that_is_no_push_is_refused_and_an_unknown_one_is_answered() {
    let verify_body = |body: &str| {
        let signature = sign_push(NONCE, TIMESTAMP, body.as_bytes(), "test-secret");
        verify(
            &ReceivedPush {
                signature: &signature,
                body: body.as_bytes(),
                ..push()
            },
            SENT,
        )
    };
    for body in [
        "",
        "[]",
        "{}",
        "{\"op\":1}",
        "{\"op\":\"data_update\"",
        "\u{feff}{}",
    ] {
        assert_eq!(verify_body(body), Err(PushRejection::Unreadable), "{body}");
    }
    let operation = |body: &str| verify_body(body).unwrap().body.operation;
    assert_eq!(
        operation(r#"{"op":"connection_test"}"#),
        PushOperation::Other
    );
    assert_eq!(
        operation(r#"{"op":"form_update","data":{"entryId":"e1"}}"#),
        PushOperation::Form
    );
    let removed = verify_body(r#"{"op":"data_remove","data":{"_id":5}}"#)
        .unwrap()
        .body;
    assert_eq!(
        (removed.operation, removed.data_id),
        (PushOperation::Row, None)
    );
}
