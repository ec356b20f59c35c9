//! Object stores: listing, download and upload. This is the only file that uses the crate object_store.
//!
//! An upload is atomic in all stores, so no temporary name is needed. Local folders are not accessed through this
//! module: their files are read in place, and results are written as in a batch.

use super::RelayError;
use super::place::{Place, parts};
use crate::batch::inputs::is_scan;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path as Key;
use object_store::{ClientOptions, Error, ObjectMeta, ObjectStore, ObjectStoreExt, RetryConfig};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// How long the client repeats a failed request before it returns the error. The caller then repeats the request.
const PATIENCE: Duration = Duration::from_secs(10);
/// Timeout for the transfer of one object.
const TRANSFER: Duration = Duration::from_secs(600);

/// An object that is a scan.
pub(super) struct Found {
    pub place: Place,
    pub version: String,
    /// Its name below the listed prefix.
    pub below: PathBuf,
}

/// Reason that an object was not downloaded or uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The object does not exist.
    Missing(String),
    /// The request can never succeed: wrong keys or names.
    Lasting(String),
    /// The store does not answer, or not now.
    Passing(String),
}

impl Trouble {
    pub(super) fn cause(self) -> String {
        match self {
            Self::Missing(cause) | Self::Lasting(cause) | Self::Passing(cause) => cause,
        }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        let cause = error.to_string();
        match error {
            Error::NotFound { .. } => Self::Missing(cause),
            Error::Generic { .. } | Error::JoinError { .. } | Error::NotModified { .. } => {
                Self::Passing(cause)
            }
            _ => Self::Lasting(cause),
        }
    }
}

/// Object stores, opened on first use.
pub(super) struct Stores {
    /// Configuration such as `AWS_ACCESS_KEY_ID`, as keys and values.
    options: Vec<(String, String)>,
    open: Mutex<BTreeMap<String, Arc<dyn ObjectStore>>>,
}

impl Stores {
    pub(super) fn new(options: Vec<(String, String)>) -> Self {
        Self { options, open: Mutex::new(BTreeMap::new()) }
    }

    fn object(&self, url: &str) -> Result<(Arc<dyn ObjectStore>, Key), Trouble> {
        let (root, key) = parts(url);
        let key = Key::parse(key).map_err(|error| Trouble::Lasting(error.to_string()))?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = open.get(root) {
            return Ok((Arc::clone(store), key));
        }
        let store = opened(root, &self.options).map_err(|error| Trouble::Lasting(error.to_string()))?;
        open.insert(root.to_owned(), Arc::clone(&store));
        Ok((store, key))
    }

    /// The scans among the objects with this prefix, sorted by name, and the number of other objects. An object that
    /// is named exactly counts as a scan regardless of its extension.
    pub(super) async fn list(&self, url: &str) -> Result<(Vec<Found>, u64), RelayError> {
        let failed = |trouble: Trouble| RelayError::Store { place: url.to_owned(), cause: trouble.cause() };
        let (store, key) = self.object(url).map_err(failed)?;
        let root = parts(url).0;
        if !key.as_ref().is_empty() && !url.ends_with('/') {
            match store.head(&key).await {
                Ok(meta) => {
                    let below = PathBuf::from(meta.location.filename().unwrap_or_default());
                    return Ok((vec![found(root, &meta, below)], 0));
                }
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(failed(error.into())),
            }
        }
        let prefix = (!key.as_ref().is_empty()).then_some(&key);
        let (mut scans, mut others) = (Vec::new(), 0);
        let mut listed = store.list(prefix);
        while let Some(meta) = listed.next().await {
            let meta = meta.map_err(|error| failed(error.into()))?;
            let below = PathBuf::from(meta.location.as_ref());
            let below = below.strip_prefix(key.as_ref()).unwrap_or(&below).to_owned();
            if is_scan(&below) {
                scans.push(found(root, &meta, below));
            } else {
                others += 1;
            }
        }
        scans.sort_by(|a, b| a.below.cmp(&b.below));
        Ok((scans, others))
    }

    /// Downloads an object to a file.
    pub(super) async fn fetch(&self, url: &str, to: &Path) -> Result<(), Trouble> {
        let (store, key) = self.object(url)?;
        let mut chunks = store.get(&key).await?.into_stream();
        let unwritable = |error: std::io::Error| Trouble::Lasting(format!("{}: {error}", to.display()));
        let mut file = tokio::fs::File::create(to).await.map_err(unwritable)?;
        while let Some(chunk) = chunks.try_next().await? {
            file.write_all(&chunk).await.map_err(unwritable)?;
        }
        file.flush().await.map_err(unwritable)
    }

    /// The bytes of an object; `None` if it does not exist.
    pub(super) async fn bytes(&self, url: &str) -> Result<Option<Vec<u8>>, Trouble> {
        let (store, key) = self.object(url)?;
        match store.get(&key).await {
            Ok(object) => Ok(Some(object.bytes().await?.to_vec())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Uploads an object and replaces an existing one.
    pub(super) async fn put(&self, url: &str, bytes: Vec<u8>) -> Result<(), Trouble> {
        let (store, key) = self.object(url)?;
        store.put(&key, bytes.into()).await?;
        Ok(())
    }
}

fn found(root: &str, meta: &ObjectMeta, below: PathBuf) -> Found {
    let version = meta.e_tag.clone().unwrap_or_else(|| format!("{} {}", meta.size, meta.last_modified));
    Found { place: Place::Object(format!("{root}/{}", meta.location)), version, below }
}

/// Opens the store of a URL such as `s3://bucket`. Options of other stores are ignored.
fn opened(root: &str, options: &[(String, String)]) -> Result<Arc<dyn ObjectStore>, Error> {
    let retry = RetryConfig { max_retries: 4, retry_timeout: PATIENCE, ..RetryConfig::default() };
    let client = ClientOptions::new().with_timeout(TRANSFER).with_connect_timeout(PATIENCE);
    macro_rules! built {
        ($builder:ty) => {{
            let builder = <$builder>::new().with_client_options(client).with_retry(retry).with_url(root);
            let known =
                options.iter().filter_map(|(key, value)| Some((key.to_lowercase().parse().ok()?, value)));
            let store =
                known.fold(builder, |builder, (key, value)| builder.with_config(key, value)).build()?;
            Arc::new(store) as Arc<dyn ObjectStore>
        }};
    }
    Ok(match root.split_once("://").map_or("", |(scheme, _)| scheme) {
        "gs" => built!(GoogleCloudStorageBuilder),
        "az" => built!(MicrosoftAzureBuilder),
        _ => built!(AmazonS3Builder),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scheme_opens_its_store() {
        // The client requires a provider even for a store without TLS.
        super::super::link::choose_cryptography();
        let options = [
            ("AWS_ACCESS_KEY_ID", "a"),
            ("AWS_SECRET_ACCESS_KEY", "b"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_SOMETHING_ELSE", "c"),
            ("AZURE_STORAGE_ACCOUNT_NAME", "d"),
            ("GOOGLE_SKIP_SIGNATURE", "true"),
        ];
        let options: Vec<_> = options.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let stores = Stores::new(options);
        for (url, name) in
            [("s3://b/k", "AmazonS3"), ("gs://b/k", "GoogleCloudStorage"), ("az://c/k", "MicrosoftAzure")]
        {
            let (store, key) = stores.object(url).unwrap();
            assert!(store.to_string().starts_with(name), "{store}");
            assert_eq!(key.as_ref(), "k");
        }
        assert!(matches!(stores.object("s3://b/a//b"), Err(Trouble::Lasting(_))));
    }

    #[test]
    fn hidden_objects_and_those_without_a_scans_ending_are_passed_over() {
        assert!(is_scan(Path::new("1993/外.TIF")));
        assert!(
            !is_scan(Path::new(".trash/a.tif"))
                && !is_scan(Path::new("a.json"))
                && !is_scan(Path::new("tif"))
        );
    }
}
