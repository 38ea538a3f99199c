//! The archive on AWS.

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;

use super::{
    Archive, ArchiveError, ArchiveKey, ArchivePage, ArchivePrefix, ArchivedBody, BODY_MAX,
    PAGE_MAX, PutIf, check_body,
};
use crate::error::{Cause, is_transient_error};

/// A bucket: versioned, encrypted, private. Retries and checksums are the client's own.
///
/// The role needs `s3:ListBucket` besides `s3:GetObject`: without it, S3 calls what is absent forbidden.
pub struct S3Archive {
    client: Client,
    bucket: String,
}

impl S3Archive {
    /// A bucket by its name.
    #[must_use]
    pub fn new(client: Client, bucket: impl Into<String>) -> Self {
        Self {
            client,
            bucket: bucket.into(),
        }
    }

    async fn try_put(
        &self,
        key: &ArchiveKey,
        sealed: Vec<u8>,
        condition: PutIf,
    ) -> Result<(), ArchiveError> {
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key.as_str())
            .body(sealed.into());
        let put = match condition {
            PutIf::New => put.if_none_match("*"),
            PutIf::Always => put,
        };
        match put.send().await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("PreconditionFailed") => Err(ArchiveError::Exists),
            Err(error) => Err(archive_error(&error)),
        }
    }
}

#[async_trait]
impl Archive for S3Archive {
    async fn put(
        &self,
        key: &ArchiveKey,
        sealed: Vec<u8>,
        condition: PutIf,
    ) -> Result<(), ArchiveError> {
        check_body(&sealed)?;
        if condition == PutIf::Always {
            return self.try_put(key, sealed, condition).await;
        }
        match self.try_put(key, sealed.clone(), condition).await {
            // A retry of ours may have met the body that the first try left: sealed bytes are never alike by chance.
            Err(ArchiveError::Exists) if self.get(key).await?.as_ref() == Some(&sealed) => Ok(()),
            done => done,
        }
    }

    async fn get(&self, key: &ArchiveKey) -> Result<Option<Vec<u8>>, ArchiveError> {
        let answer = match self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key.as_str())
            .send()
            .await
        {
            Ok(answer) => answer,
            Err(error)
                if matches!(error.as_service_error(), Some(GetObjectError::NoSuchKey(_))) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(archive_error(&error)),
        };
        if answer
            .content_length()
            .and_then(|bytes| usize::try_from(bytes).ok())
            .is_none_or(|bytes| bytes > BODY_MAX)
        {
            return Err(ArchiveError::Refused(Cause::new(
                "the body is larger than anything that was put",
            )));
        }
        let body = answer.body.collect().await;
        let body = body
            .map_err(|_| ArchiveError::Unavailable(Cause::new("the body did not arrive whole")))?;
        Ok(Some(body.to_vec()))
    }

    async fn list(
        &self,
        prefix: &ArchivePrefix,
        after: Option<&ArchiveKey>,
        limit: usize,
    ) -> Result<ArchivePage, ArchiveError> {
        let limit = i32::try_from(limit.clamp(1, PAGE_MAX)).unwrap_or(1000);
        let list = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix.to_text())
            .max_keys(limit);
        let list = list.set_start_after(after.map(|key| key.as_str().to_owned()));
        list.send()
            .await
            .map(|answer| parse_page(prefix, &answer))
            .map_err(|error| archive_error(&error))
    }

    async fn delete(&self, key: &ArchiveKey) -> Result<(), ArchiveError> {
        let delete = self
            .client
            .delete_object()
            .bucket(&self.bucket)
            .key(key.as_str());
        delete
            .send()
            .await
            .map(|_| ())
            .map_err(|error| archive_error(&error))
    }
}

fn parse_page(prefix: &ArchivePrefix, answer: &ListObjectsV2Output) -> ArchivePage {
    let archived = answer.contents().iter().filter_map(|object| {
        let bytes = object
            .size()
            .and_then(|bytes| u64::try_from(bytes).ok())
            .unwrap_or_default();
        Some(ArchivedBody {
            key: prefix.parse_stored_key(object.key()?)?,
            bytes,
        })
    });
    ArchivePage {
        archived: archived.collect(),
        has_more: answer.is_truncated() == Some(true),
    }
}

fn archive_error<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> ArchiveError {
    match error {
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or("no error code");
            let cause = Cause::new(code);
            if is_transient_error(service.raw().status().as_u16(), code) {
                ArchiveError::Unavailable(cause)
            } else {
                ArchiveError::Refused(cause)
            }
        }
        SdkError::ConstructionFailure(_) => {
            ArchiveError::Refused(Cause::new("the request could not be built"))
        }
        _ => ArchiveError::Unavailable(Cause::new("the request did not complete")),
    }
}
