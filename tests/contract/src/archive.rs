//! Cases for an archive.

use directory::CorpId;
use state::archive::{ArchivedBody, BODY_MAX};
use state::{Archive, ArchiveError, ArchiveKey, ArchiveKind, ArchivePrefix, PutIf};

/// An archive for one case.
pub struct ArchiveFixture {
    /// The archive.
    pub archive: Box<dyn Archive>,
    /// Data that must live as long as the archive.
    pub kept: Option<tempfile::TempDir>,
}

fn corp(id: &str) -> CorpId {
    CorpId::new(id).unwrap()
}

fn key(name: &str) -> ArchiveKey {
    ArchiveKey::new(&corp("ding1"), ArchiveKind::Plan, name).unwrap()
}

fn prefix_from(start: &str) -> ArchivePrefix {
    ArchivePrefix::new(&corp("ding1"), ArchiveKind::Plan, start).unwrap()
}

async fn names(archive: &dyn Archive, start: &str) -> Vec<String> {
    let page = archive.list(&prefix_from(start), None, 1000).await.unwrap();
    assert!(!page.has_more);
    page.archived
        .iter()
        .map(|one| one.key.name().to_owned())
        .collect()
}

/// A body is read back byte for byte. A key without a body is absent, not an error.
pub async fn a_stored_body_is_read_back_unchanged(fixture: &ArchiveFixture) {
    let archive = fixture.archive.as_ref();
    assert_eq!(archive.get(&key("p1")).await, Ok(None));
    let body: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    archive
        .put(&key("p1"), body.clone(), PutIf::New)
        .await
        .unwrap();
    assert_eq!(archive.get(&key("p1")).await, Ok(Some(body)));
}

/// A new body is stored once. Putting the same bytes again succeeds; other bytes are refused and
/// change nothing.
pub async fn a_new_body_is_stored_only_once(fixture: &ArchiveFixture) {
    let archive = fixture.archive.as_ref();
    archive
        .put(&key("p1"), vec![1; 64], PutIf::New)
        .await
        .unwrap();
    archive
        .put(&key("p1"), vec![1; 64], PutIf::New)
        .await
        .unwrap();
    assert_eq!(
        archive.put(&key("p1"), vec![2; 64], PutIf::New).await,
        Err(ArchiveError::Exists)
    );
    assert_eq!(archive.get(&key("p1")).await, Ok(Some(vec![1; 64])));
    archive
        .put(&key("p1"), vec![2; 64], PutIf::Always)
        .await
        .unwrap();
    archive
        .put(&key("p2"), vec![3; 64], PutIf::Always)
        .await
        .unwrap();
    assert_eq!(archive.get(&key("p1")).await, Ok(Some(vec![2; 64])));
}

/// If many writers put a new body under one key, exactly one succeeds, and its body is stored.
pub async fn one_of_many_concurrent_puts_wins(fixture: &ArchiveFixture) {
    let archive = fixture.archive.as_ref();
    let (one, other) = (key("p1"), key("p1"));
    let puts = tokio::join!(
        archive.put(&one, vec![1; 5000], PutIf::New),
        archive.put(&other, vec![2; 5000], PutIf::New),
        archive.put(&one, vec![3; 5000], PutIf::New),
    );
    let puts = [puts.0, puts.1, puts.2];
    let winner = puts.iter().position(Result::is_ok).unwrap();
    assert_eq!(puts.iter().filter(|put| put.is_ok()).count(), 1, "{puts:?}");
    let byte = u8::try_from(winner + 1).unwrap();
    assert_eq!(archive.get(&one).await, Ok(Some(vec![byte; 5000])));
}

/// A listing returns one corp and kind, page by page, in the byte order of the keys, with the size
/// of each body.
pub async fn listings_are_ordered_and_paged(fixture: &ArchiveFixture) {
    let archive = fixture.archive.as_ref();
    let wanted = ["a", "a-b", "a/0001", "a/0002", "a0", "b", "b.c/d"];
    for name in wanted.iter().rev() {
        archive
            .put(&key(name), vec![0; name.len()], PutIf::New)
            .await
            .unwrap();
    }
    let stranger = ArchiveKey::new(&corp("ding1"), ArchiveKind::Backup, "a").unwrap();
    archive.put(&stranger, vec![0], PutIf::New).await.unwrap();
    let stranger = ArchiveKey::new(&corp("ding12"), ArchiveKind::Plan, "a").unwrap();
    archive.put(&stranger, vec![0], PutIf::New).await.unwrap();
    assert_eq!(names(archive, "").await, wanted);
    assert_eq!(names(archive, "a/").await, ["a/0001", "a/0002"]);
    assert_eq!(names(archive, "c").await, [""; 0]);
    let (mut paged, mut after, mut pages) = (Vec::<ArchivedBody>::new(), None, 0);
    loop {
        let page = archive
            .list(&prefix_from(""), after.as_ref(), 3)
            .await
            .unwrap();
        assert!(page.archived.len() <= 3);
        pages += 1;
        after = page.archived.last().map(|one| one.key.clone());
        paged.extend(page.archived);
        if !page.has_more {
            break;
        }
    }
    assert_eq!((pages, paged.len()), (3, wanted.len()));
    assert!(
        paged
            .iter()
            .zip(wanted)
            .all(|(one, name)| one.key == key(name) && one.bytes == name.len() as u64)
    );
}

/// A deleted body is gone, also from listings. Deleting an absent body is no error, and its key is
/// free again.
pub async fn a_deleted_body_is_gone(fixture: &ArchiveFixture) {
    let archive = fixture.archive.as_ref();
    archive.delete(&key("p1")).await.unwrap();
    archive
        .put(&key("p1"), vec![1; 8], PutIf::New)
        .await
        .unwrap();
    archive
        .put(&key("p2"), vec![1; 8], PutIf::New)
        .await
        .unwrap();
    archive.delete(&key("p1")).await.unwrap();
    assert_eq!(
        (archive.get(&key("p1")).await, names(archive, "").await),
        (Ok(None), vec!["p2".to_owned()])
    );
    archive
        .put(&key("p1"), vec![2; 8], PutIf::New)
        .await
        .unwrap();
}

/// A body that is too large or empty is refused before it is stored. A body of exactly the limit is
/// stored.
pub async fn too_large_and_empty_bodies_are_refused(fixture: &ArchiveFixture) {
    let archive = fixture.archive.as_ref();
    let bytes = BODY_MAX + 1;
    assert_eq!(
        archive.put(&key("p1"), vec![7; bytes], PutIf::New).await,
        Err(ArchiveError::TooLarge { bytes })
    );
    assert!(matches!(
        archive.put(&key("p1"), vec![], PutIf::New).await,
        Err(ArchiveError::Refused(_))
    ));
    assert_eq!(archive.get(&key("p1")).await, Ok(None));
    archive
        .put(&key("p1"), vec![7; 9 << 20], PutIf::New)
        .await
        .unwrap();
    assert_eq!(
        archive.get(&key("p1")).await.unwrap().unwrap().len(),
        9 << 20
    );
}
