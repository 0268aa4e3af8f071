//! Reading the log.

use super::AuditRecord;
use crate::failure::Outcome;
use crate::provider::Provider;
use std::collections::VecDeque;

/// Records that are read at once.
const PAGE: u32 = 500;

/// Which records to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditQuery {
    /// Only records after this place; the newest ones when absent.
    pub after: Option<i64>,
    /// At most so many.
    pub limit: usize,
    /// Only actions that begin with this text, for example `device.`.
    pub action: Option<String>,
}

/// The records of a query, in the order of the log.
///
/// # Errors
/// The store fails.
pub async fn list(provider: &Provider, query: AuditQuery) -> Outcome<Vec<AuditRecord>> {
    let newest = query.after.is_none();
    let mut found = VecDeque::new();
    let mut after = query.after.unwrap_or(0);
    loop {
        let page = provider
            .store
            .read(move |tx| Ok(tx.audit().page(after, PAGE)?))
            .await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        for record in page
            .into_iter()
            .filter(|record| matches(record, query.action.as_deref()))
        {
            found.push_back(record);
            if found.len() > query.limit {
                if newest {
                    found.pop_front()
                } else {
                    found.pop_back()
                };
            }
        }
        if !newest && found.len() >= query.limit {
            break;
        }
    }
    Ok(found.into())
}

fn matches(record: &AuditRecord, action: Option<&str>) -> bool {
    action.is_none_or(|prefix| record.action.starts_with(prefix))
}
