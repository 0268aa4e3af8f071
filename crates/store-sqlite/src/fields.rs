//! Rows become entities here, strictly: a row that is no state is a fault that names table, row and reason.

use countersign_core::failure::Fault;
use countersign_core::id::ClientId;
use countersign_core::secret::TokenDigest;
use countersign_core::time::Timestamp;
use countersign_protocol::ScopeList;
use rusqlite::Row;
use rusqlite::types::ValueRef;
use std::fmt::Write as _;
use uuid::Uuid;

/// What a query's row is read as.
pub(crate) trait Entity: Sized {
    /// The table, for the sentence about a bad row.
    const TABLE: &'static str;

    /// Takes every column in the order of the query.
    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault>;
}

/// A walk over the columns of a row, from left to right. The first column is the key of the table.
pub(crate) struct Fields<'r> {
    row: &'r Row<'r>,
    table: &'static str,
    next: usize,
}

impl<'r> Fields<'r> {
    pub(crate) const fn new(row: &'r Row<'r>, table: &'static str) -> Self {
        Self { row, table, next: 0 }
    }

    pub(crate) fn read<T: Entity>(mut self) -> Result<T, Fault> {
        let entity = T::read(&mut self)?;
        debug_assert_eq!(
            self.next,
            self.row.as_ref().column_count(),
            "a query of {} has other columns",
            self.table
        );
        Ok(entity)
    }

    /// The fault for a row that is no state of its entity.
    pub(crate) fn corrupt(&self, reason: impl std::fmt::Display) -> Fault {
        let row = self.row.get_ref(0).map_or_else(|_| "?".to_owned(), shown);
        Fault::corrupt(self.table, row, reason)
    }

    pub(crate) fn text(&mut self) -> Result<String, Fault> {
        self.text_as(|text| Some(text.to_owned()))
    }

    pub(crate) fn optional_text(&mut self) -> Result<Option<String>, Fault> {
        self.optional(Self::text)
    }

    /// Text that is one of a few words, or has a syntax.
    pub(crate) fn text_as<T>(&mut self, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Fault> {
        match self.value()? {
            ValueRef::Text(bytes) => std::str::from_utf8(bytes)
                .ok()
                .and_then(parse)
                .ok_or_else(|| self.unreadable()),
            _ => Err(self.unreadable()),
        }
    }

    pub(crate) fn number(&mut self) -> Result<i64, Fault> {
        match self.value()? {
            ValueRef::Integer(number) => Ok(number),
            _ => Err(self.unreadable()),
        }
    }

    pub(crate) fn count<T: TryFrom<i64>>(&mut self) -> Result<T, Fault> {
        let number = self.number()?;
        T::try_from(number).map_err(|_| self.unreadable())
    }

    pub(crate) fn flag(&mut self) -> Result<bool, Fault> {
        match self.number()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.unreadable()),
        }
    }

    pub(crate) fn time(&mut self) -> Result<Timestamp, Fault> {
        self.number().map(Timestamp::from_millis)
    }

    pub(crate) fn optional_time(&mut self) -> Result<Option<Timestamp>, Fault> {
        self.optional(Self::time)
    }

    pub(crate) fn blob(&mut self) -> Result<Vec<u8>, Fault> {
        match self.value()? {
            ValueRef::Blob(bytes) => Ok(bytes.to_vec()),
            _ => Err(self.unreadable()),
        }
    }

    /// Bytes that have a syntax.
    pub(crate) fn blob_as<T>(&mut self, parse: impl FnOnce(&[u8]) -> Option<T>) -> Result<T, Fault> {
        match self.value()? {
            ValueRef::Blob(bytes) => parse(bytes).ok_or_else(|| self.unreadable()),
            _ => Err(self.unreadable()),
        }
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        match self.value()? {
            ValueRef::Blob(bytes) => bytes.try_into().map_err(|_| self.unreadable()),
            _ => Err(self.unreadable()),
        }
    }

    pub(crate) fn digest(&mut self) -> Result<TokenDigest, Fault> {
        self.bytes().map(TokenDigest)
    }

    pub(crate) fn uuid(&mut self) -> Result<Uuid, Fault> {
        self.bytes().map(Uuid::from_bytes)
    }

    pub(crate) fn optional_uuid(&mut self) -> Result<Option<Uuid>, Fault> {
        self.optional(Self::uuid)
    }

    pub(crate) fn client_id(&mut self) -> Result<ClientId, Fault> {
        self.text_as(ClientId::parse)
    }

    pub(crate) fn scope(&mut self) -> Result<ScopeList, Fault> {
        self.text_as(|text| ScopeList::parse(text).ok())
    }

    /// A column that may be NULL.
    pub(crate) fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        if matches!(self.row.get_ref(self.next), Ok(ValueRef::Null)) {
            self.next += 1;
            return Ok(None);
        }
        read(self).map(Some)
    }

    fn value(&mut self) -> Result<ValueRef<'r>, Fault> {
        let value = self.row.get_ref(self.next).map_err(|error| self.corrupt(error))?;
        self.next += 1;
        Ok(value)
    }

    /// The fault for the column that was taken last.
    fn unreadable(&self) -> Fault {
        let column = self
            .row
            .as_ref()
            .column_name(self.next.saturating_sub(1))
            .unwrap_or("?");
        self.corrupt(format!("column {column} does not hold what it should"))
    }
}

/// A key as an operator can find it again: SQL writes bytes in hex, too.
fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        ValueRef::Blob(bytes) => bytes.iter().fold(String::new(), |mut hex, byte| {
            let _infallible = write!(hex, "{byte:02x}");
            hex
        }),
        ValueRef::Null | ValueRef::Real(_) => "?".to_owned(),
    }
}

/// A single number.
impl Entity for i64 {
    const TABLE: &'static str = "number";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        fields.number()
    }
}

/// A single text.
impl Entity for String {
    const TABLE: &'static str = "text";

    fn read(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        fields.text()
    }
}
