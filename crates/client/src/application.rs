use reqwest::{Method, RequestBuilder};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::client::OpenIdconnectClient;
use crate::error::ClientError;

/// Longest list that is read, in bytes: a thousand entries of some hundred bytes.
const MAX_LIST: usize = 1024 * 1024;
/// How many entries are asked for, as the published clients do (onesid.md §9).
const LIMIT: &str = "1000";

/// An application that the provider tells its clients of (onesid.md §9).
///
/// A type that this version does not know is kept as text: one new entry must not take the whole list away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WellKnownApplication {
    /// Its id.
    pub id: String,
    /// `server`, `server_matrix`, `client_kyc` …
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name, for people.
    pub name: String,
    /// Its host name, with a port when it is not the usual one.
    pub hostname: String,
    /// A sentence about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its address in the local network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv4: Option<String>,
    /// A stable name, for example `vhh-server`.
    #[serde(default, alias = "client_identifier", skip_serializing_if = "Option::is_none")]
    pub client_identifier: Option<String>,
    /// The chain of a `server_blockchain`.
    #[serde(default, alias = "chain_id", skip_serializing_if = "Option::is_none")]
    pub chain_id: Option<serde_json::Value>,
    /// The contract of a `server_blockchain`.
    #[serde(
        default,
        alias = "contract_check_balance",
        skip_serializing_if = "Option::is_none"
    )]
    pub contract_check_balance: Option<String>,
    /// Left out of pickers.
    #[serde(default, alias = "is_hidden")]
    pub is_hidden: Option<bool>,
}

#[derive(Deserialize)]
struct List {
    applications: Vec<WellKnownApplication>,
}

impl OpenIdconnectClient {
    /// The applications of this provider, in the name of this device: `GET {host}/applications/.well-known`.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// for application in client.well_known_applications().await? {
    ///     println!("{} {}", application.name, client.url_of(&application)?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn well_known_applications(&self) -> Result<Vec<WellKnownApplication>, ClientError> {
        let url = self.endpoints().below_host("/applications/.well-known");
        let query = |request: RequestBuilder| request.query(&[("limit", LIMIT)]);
        let list: List = self
            .repeat_with_device_token(&url, MAX_LIST, query, Method::GET)
            .await?;
        Ok(list.applications)
    }

    /// The application with this stable name, if there is one.
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// let application = client.well_known_application("test-service").await?;
    /// assert_eq!(application.expect("it is registered").name, "Test service");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn well_known_application(
        &self,
        client_identifier: &str,
    ) -> Result<Option<WellKnownApplication>, ClientError> {
        let applications = self.well_known_applications().await?;
        Ok(applications
            .into_iter()
            .find(|application| application.client_identifier.as_deref() == Some(client_identifier)))
    }

    /// The address of an application: the scheme of the issuer and its host name (onesid.md §9).
    ///
    /// ```
    /// # mod served { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/served.rs")); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let served = served::Served::start().await;
    /// # let client = served.client().await;
    /// let application = client.well_known_application("test-service").await?.expect("it is registered");
    /// assert_eq!(client.url_of(&application)?.host_str(), Some("rp.example"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ClientError::Answer`] when the host name is more than a host name: a path or a user name in it would lead
    /// elsewhere than it says.
    pub fn url_of(&self, application: &WellKnownApplication) -> Result<Url, ClientError> {
        let refused = ClientError::Answer {
            problem: "`hostname` of an application is not a host name",
        };
        let text = format!("{}://{}", self.issuer_url().url().scheme(), application.hostname);
        let url = Url::parse(&text).map_err(|_| refused.clone())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if bare && url.username().is_empty() && url.password().is_none() {
            Ok(url)
        } else {
            Err(refused)
        }
    }
}
