//! What a QR code of a sign-in says, and telling the service behind it who scanned it (onesid.md §10, §11).

use countersign_jose::json::parse_object;
use countersign_protocol::qr::{LegacyContent, LoginHintKind, QrContent, SCAN_PATH, ScanRequest};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use url::Url;

use crate::http::Http;
use crate::session::Session;
use crate::{Account, Error, Host, approvals};

/// The longest text of a code, in bytes: the most that version 40 holds.
const MAX_TEXT: usize = 2953;

/// A code of a sign-in, read and checked, not yet answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    host: Host,
    path: String,
    is_provider: bool,
    content: QrContent,
}

impl Scan {
    /// Reads the text of a code: of a session that the provider hosts, of one that a service hosts, or of the older
    /// form, which always means the account's own provider.
    ///
    /// # Errors
    /// [`Error::Usage`] if it is no sign-in code, if its address is not one that a service listens at for scans, or
    /// if that is plain `http` on another machine: whoever reads the token there signs in as the person.
    pub fn parse(text: &str, account: &Account) -> Result<Self, Error> {
        Self::read(text, account, Host::parse)
    }

    /// Like [`Scan::parse`], but lets plain `http` to another machine through: for closed test networks.
    ///
    /// # Errors
    /// As [`Scan::parse`], without the refusal of plain `http`.
    pub fn parse_danger_plain_http(text: &str, account: &Account) -> Result<Self, Error> {
        Self::read(text, account, Host::parse_danger_plain_http)
    }

    fn read(
        text: &str,
        account: &Account,
        host: impl Fn(&str) -> Result<Host, Error>,
    ) -> Result<Self, Error> {
        let members = Some(text.trim())
            .filter(|text| text.len() <= MAX_TEXT)
            .and_then(|text| parse_object(text.as_bytes()).ok())
            .ok_or_else(not_a_code)?;
        if members.contains_key("cbUrl") {
            return Self::of(content(members)?, account, host);
        }
        let LegacyContent { auth_req_id, .. } = content(members)?;
        Ok(Self {
            host: account.host.clone(),
            path: SCAN_PATH.to_owned(),
            is_provider: true,
            content: QrContent {
                cb_url: account.host.url(SCAN_PATH),
                session_id: auth_req_id.to_string(),
                t: None,
                m: None,
            },
        })
    }

    fn of(
        content: QrContent,
        account: &Account,
        host: impl Fn(&str) -> Result<Host, Error>,
    ) -> Result<Self, Error> {
        let url = Url::parse(&content.cb_url).map_err(|_| not_a_code())?;
        let anonymous = url.username().is_empty() && url.password().is_none();
        let plain = url.query().is_none() && url.fragment().is_none();
        // A service listens for scans there and nowhere else; any other address would make the phone post for a
        // stranger to a place of the stranger's choice.
        if !anonymous || !plain || !url.path().ends_with(SCAN_PATH) || url.host().is_none() {
            return Err(Error::usage(format!(
                "the code sends you to {}, which is no address for scans (…{SCAN_PATH}); do not use it",
                content.cb_url
            )));
        }
        let origin = Host::parse_danger_plain_http(&url.origin().ascii_serialization())?;
        let is_provider = origin.same_origin(&account.host);
        // Whether the provider may be reached by plain http was decided when the phone was enrolled.
        let host = if is_provider {
            origin
        } else {
            host(origin.as_str())?
        };
        Ok(Self {
            host,
            path: url.path().to_owned(),
            is_provider,
            content,
        })
    }

    /// Where the token goes.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Whether that is the account's own provider. Any other host has to be shown to the person first.
    #[must_use]
    pub fn is_provider(&self) -> bool {
        self.is_provider
    }

    /// The session that the code names.
    #[must_use]
    pub fn session_id(&self) -> &str {
        &self.content.session_id
    }
}

fn content<T: DeserializeOwned>(members: Map<String, Value>) -> Result<T, Error> {
    serde_json::from_value(members.into()).map_err(|_| not_a_code())
}

fn not_a_code() -> Error {
    Error::usage("this is not the code of a sign-in; scan the code that the service shows, all of it")
}

/// Gets a login hint token and posts it to where the code says. The phone's own bearer token never goes there.
pub(crate) async fn scan(session: &Session, scan: &Scan) -> Result<(), Error> {
    // Built first: a token that cannot be sent would be spent for nothing.
    let http = if scan.is_provider {
        session.http.clone()
    } else {
        Http::new(&scan.host)?
    };
    let token = approvals::login_hint_token(session).await?;
    let request = ScanRequest {
        login_hint_kind: LoginHintKind::LoginHintToken,
        user_identifier: token.value,
        session_id: Some(scan.content.session_id.clone()),
        t: scan.content.t,
        m: scan.content.m.clone(),
    };
    http.done(http.post(&scan.path).json(&request)).await
}
