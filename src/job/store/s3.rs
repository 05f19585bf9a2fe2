use std::fmt;
use std::path::Path;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as Key;
use object_store::signer::{HeaderName, HeaderValue, Method, SignedUrlOptions, Signer};

use super::http::check_plain;
use super::{Courier, HttpCourier, Link, Patience, Store, check_name};
use crate::job::{Error, net};

/// Longest time that S3 lets a link live, seconds: a week.
const MAX_SECONDS: u64 = 7 * 24 * 3600;
/// Seconds that the coordinator gives itself for one file.
const OWN_SECONDS: u64 = 3600;
/// Where keys may come from, if they are not given.
const VARIABLES: [&str; 4] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// A bucket of S3, or of a server that speaks its language. The coordinator alone has a key; workers get links that are
/// signed for one file, one method and some time ("presigned").
///
/// The condition that a file must not be there yet (`If-None-Match: *`) is signed into upload links: whoever has one
/// cannot leave it out, so a file is put once. S3 cannot bound the length of what is put by a link; deliveries that are
/// too long are seen by [`Store::get`], which never keeps more than its limit, and are to be [removed](Store::remove).
pub struct S3Store {
    bucket: AmazonS3,
    courier: HttpCourier,
    place: String,
    prefix: String,
    is_conditional: bool,
}

/// Which bucket, and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Config {
    /// `https://…` of the server; Amazon's, in the region, if there is none.
    pub endpoint: Option<String>,
    /// Name of the bucket, which must be there.
    pub bucket: String,
    /// Region; `AWS_REGION` or `us-east-1` if there is none.
    pub region: Option<String>,
    /// Begins the names of all files, with `/` at its end; may be empty.
    pub prefix: String,
    /// Keys; those of the usual environment variables (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
    /// `AWS_SESSION_TOKEN`, or those of containers) if there are none.
    pub credentials: Option<S3Credentials>,
    /// Allows `http` for servers that are not on this machine: whoever listens can then use the links.
    pub allow_plain_http: bool,
    /// False for servers that do not know `If-None-Match`. A second upload then replaces the first one, and what keeps it
    /// out is the digest: the coordinator is told it before anything is drawn, and takes nothing else.
    pub is_conditional: bool,
    /// How long to wait, and how often to try again.
    pub patience: Patience,
}

/// Keys of S3.
#[derive(Clone, PartialEq, Eq)]
pub struct S3Credentials {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_key: String,
    /// `AWS_SESSION_TOKEN`.
    pub session_token: Option<String>,
}

impl Default for S3Config {
    fn default() -> Self {
        Self {
            endpoint: None,
            bucket: String::new(),
            region: None,
            prefix: String::new(),
            credentials: None,
            allow_plain_http: false,
            is_conditional: true,
            patience: Patience::default(),
        }
    }
}

impl S3Store {
    /// A store in a bucket. Nothing is asked of the server yet.
    ///
    /// # Errors
    /// If there are no keys, or the endpoint is no address that may be used.
    pub fn open(config: &S3Config) -> Result<Self, Error> {
        let unfit = |what: String| Error::Unfit(format!("the S3 store {:?}: {what}", config.bucket));
        // First, because it chooses what does TLS.
        let courier = HttpCourier::new(config.patience)?.allowing_plain_http(config.allow_plain_http);
        let mut builder = AmazonS3Builder::from_env().with_bucket_name(&config.bucket);
        if let Some(endpoint) = &config.endpoint {
            let url = reqwest::Url::parse(endpoint).map_err(|error| unfit(format!("{endpoint:?}: {error}")))?;
            if url.password().is_some() || !url.username().is_empty() || url.query().is_some() {
                return Err(unfit("the endpoint is to be an address without keys in it".to_owned()));
            }
            check_plain(&url, config.allow_plain_http).map_err(unfit)?;
            // Links of plain servers are made, and the courier decides where they may lead.
            builder = builder.with_endpoint(endpoint.trim_end_matches('/')).with_allow_http(url.scheme() == "http");
        }
        if let Some(region) = &config.region {
            builder = builder.with_region(region);
        }
        match &config.credentials {
            Some(S3Credentials { access_key, secret_key, session_token }) => {
                builder = builder.with_access_key_id(access_key).with_secret_access_key(secret_key);
                if let Some(token) = session_token {
                    builder = builder.with_token(token);
                }
            }
            None if VARIABLES.iter().any(|name| std::env::var_os(name).is_some()) => {}
            None => {
                return Err(unfit(format!("there are no keys; set AWS_SECRET_ACCESS_KEY and {}", VARIABLES[0])));
            }
        }
        let bucket = builder.build().map_err(|error| unfit(error.to_string()))?;
        let place = format!("{}/{}", config.endpoint.as_deref().unwrap_or("s3:/"), config.bucket);
        Ok(Self { bucket, courier, place, prefix: config.prefix.clone(), is_conditional: config.is_conditional })
    }

    fn sign(&self, method: Method, name: &str, seconds: u64) -> Result<Link, Error> {
        check_name(name)?;
        let key = Key::parse(format!("{}{name}", self.prefix)).map_err(|error| Error::Unfit(error.to_string()))?;
        let mut options = SignedUrlOptions::default();
        if method == Method::PUT && self.is_conditional {
            options =
                options.with_signed_header(HeaderName::from_static("if-none-match"), HeaderValue::from_static("*"));
        }
        let life = Duration::from_secs(seconds.clamp(1, MAX_SECONDS));
        // Keys of containers come over the network, others do not.
        let url = net::wait(self.bucket.signed_url_opts(method, &key, life, &options));
        let url = url.map_err(|error| Error::unreachable(&self.place, error))?;
        Ok(Link::new(url.to_string()))
    }
}

impl Store for S3Store {
    fn put(&self, name: &str, file: &Path) -> Result<(), Error> {
        self.courier.deliver(&self.sign(Method::PUT, name, OWN_SECONDS)?, file)
    }

    fn get(&self, name: &str, target: &Path, limit: u64) -> Result<bool, Error> {
        self.courier.get(&self.sign(Method::GET, name, OWN_SECONDS)?, target, limit)
    }

    fn remove(&self, name: &str) -> Result<(), Error> {
        self.courier.delete(&self.sign(Method::DELETE, name, OWN_SECONDS)?)
    }

    fn upload_link(&self, name: &str, seconds: u64) -> Result<Link, Error> {
        self.sign(Method::PUT, name, seconds)
    }

    fn download_link(&self, name: &str, seconds: u64) -> Result<Link, Error> {
        self.sign(Method::GET, name, seconds)
    }
}

impl fmt::Debug for S3Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Store").field("place", &self.place).field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl fmt::Debug for S3Credentials {
    /// Without what is secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Credentials").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}
