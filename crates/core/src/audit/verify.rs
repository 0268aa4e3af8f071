//! Walking the chain: the first place where it does not hold, and what is wrong there.

use super::chain::{self, AuditKey};
use super::{AuditHead, AuditRecord};
use crate::failure::{Fault, Outcome};
use crate::provider::Provider;
use std::fmt;

/// Records that are read at once.
const PAGE: u32 = 500;

/// What a walk over the whole log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    /// Records that hold, from the first one on.
    pub intact: i64,
    /// The first place that does not hold; nothing after it is vouched for.
    pub broken: Option<AuditBreak>,
}

/// The first place of the chain that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditBreak {
    /// The place.
    pub seq: i64,
    /// What is wrong.
    pub kind: AuditBreakKind,
}

/// What can be wrong with a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditBreakKind {
    /// The row is not the one that was written.
    Changed,
    /// The row is not there, but later ones are.
    Missing,
    /// The row was written for another place.
    Moved,
    /// The row is whole, but does not follow the one before it.
    Replaced,
    /// The last rows are not there.
    CutOff,
    /// There are rows after the end that the head names.
    BeyondHead,
    /// The head was not sealed with this sealing key.
    HeadForged,
    /// The log is empty, although the provider is not new.
    Emptied,
}

impl AuditBreakKind {
    /// The word for JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::Moved => "moved",
            Self::Replaced => "replaced",
            Self::CutOff => "cut_off",
            Self::BeyondHead => "beyond_head",
            Self::HeadForged => "head_forged",
            Self::Emptied => "emptied",
        }
    }
}

impl fmt::Display for AuditBreak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seq = self.seq;
        match self.kind {
            AuditBreakKind::Changed => write!(f, "record {seq} was changed"),
            AuditBreakKind::Missing => write!(f, "record {seq} was removed"),
            AuditBreakKind::Moved => write!(f, "record {seq} was moved here from another place"),
            AuditBreakKind::Replaced => write!(f, "record {seq} does not follow the record before it"),
            AuditBreakKind::CutOff => {
                write!(f, "the log was cut off: record {seq} and what followed are gone")
            }
            AuditBreakKind::BeyondHead => write!(f, "record {seq} stands after the sealed end of the log"),
            AuditBreakKind::HeadForged => {
                write!(
                    f,
                    "the end of the log, record {seq}, was not sealed with this sealing key"
                )
            }
            AuditBreakKind::Emptied => write!(f, "the log is empty although the provider is not new"),
        }
    }
}

/// Verifies the whole log, page by page, beside a running server: records that are added meanwhile are walked too.
///
/// What it cannot see: a whole older database put in place of the present one. Keep `intact` somewhere else and
/// compare.
///
/// # Errors
/// The store fails. A broken chain is no error but the report.
pub async fn verify(provider: &Provider) -> Outcome<AuditReport> {
    let key = provider.audit_key();
    let mut walk = Walk::default();
    loop {
        let after = walk.seq;
        // Head and page come from one snapshot, so a record that is added meanwhile cannot look like a broken head.
        let (head, page, is_new) = provider
            .store
            .read(move |tx| {
                Ok((
                    tx.audit().head()?,
                    tx.audit().page(after, PAGE)?,
                    tx.keys().list()?.is_empty(),
                ))
            })
            .await?;
        if page.is_empty() {
            let kind = walk.end(&key, head, is_new);
            return Ok(AuditReport {
                intact: walk.seq,
                broken: kind,
            });
        }
        if let Some(broken) = walk.page(&page)? {
            return Ok(AuditReport {
                intact: walk.seq,
                broken: Some(broken),
            });
        }
    }
}

/// How far the chain holds.
#[derive(Default)]
struct Walk {
    seq: i64,
    hash: [u8; 32],
}

impl Walk {
    fn page(&mut self, page: &[AuditRecord]) -> Result<Option<AuditBreak>, Fault> {
        for record in page {
            let seq = self.seq.saturating_add(1);
            if let Some(kind) = self.fault_of(seq, record, page)? {
                return Ok(Some(AuditBreak { seq, kind }));
            }
            self.seq = seq;
            self.hash = record.hash;
        }
        Ok(None)
    }

    fn fault_of(
        &self,
        seq: i64,
        record: &AuditRecord,
        page: &[AuditRecord],
    ) -> Result<Option<AuditBreakKind>, Fault> {
        if record.seq != seq {
            return Ok(Some(AuditBreakKind::Missing));
        }
        if chain::digest(record)? != record.hash {
            let moved = is_moved(record, page)?;
            return Ok(Some(if moved {
                AuditBreakKind::Moved
            } else {
                AuditBreakKind::Changed
            }));
        }
        Ok((record.previous != self.hash).then_some(AuditBreakKind::Replaced))
    }

    fn end(&self, key: &AuditKey, head: Option<AuditHead>, is_new: bool) -> Option<AuditBreak> {
        let broken = |seq, kind| Some(AuditBreak { seq, kind });
        let Some(head) = head else {
            return match (self.seq, is_new) {
                (0, true) => None,
                (0, false) => broken(0, AuditBreakKind::Emptied),
                (seq, _) => broken(seq, AuditBreakKind::HeadForged),
            };
        };
        if !key.vouches_for(&head) {
            return broken(head.seq, AuditBreakKind::HeadForged);
        }
        if head.seq > self.seq {
            return broken(self.seq.saturating_add(1), AuditBreakKind::CutOff);
        }
        if head.seq < self.seq {
            return broken(head.seq.saturating_add(1), AuditBreakKind::BeyondHead);
        }
        // The last row may have been rewritten together with its own hash: only the sealed head still knows.
        (head.hash != self.hash).then_some(AuditBreak {
            seq: head.seq,
            kind: AuditBreakKind::Changed,
        })
    }
}

/// Whether a row with a wrong hash is the right row of another place of this page.
fn is_moved(record: &AuditRecord, page: &[AuditRecord]) -> Result<bool, Fault> {
    for other in page {
        let there = AuditRecord {
            seq: other.seq,
            ..record.clone()
        };
        if chain::digest(&there)? == record.hash {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::{AuditBreak, AuditBreakKind, AuditKey, AuditRecord, Walk};
    use crate::audit::{AuditEvent, AuditHead, chain};
    use crate::keys::Sealer;
    use crate::time::Timestamp;

    fn key() -> AuditKey {
        AuditKey::new(&Sealer::new([1; 32]))
    }

    /// Five records and their head.
    fn log() -> (Vec<AuditRecord>, AuditHead) {
        let mut head = key().head(0, [0; 32]);
        let mut records = Vec::new();
        for second in 1..=5 {
            let event = AuditEvent::new(Timestamp::from_unix(second), "cli", "test.happen", "test:1");
            let record = chain::link(&head, event.with("n", second)).unwrap();
            head = key().head(record.seq, record.hash);
            records.push(record);
        }
        (records, head)
    }

    fn found(records: &[AuditRecord], head: Option<AuditHead>) -> Option<(i64, AuditBreakKind)> {
        let mut walk = Walk::default();
        let broken = walk
            .page(records)
            .unwrap()
            .or_else(|| walk.end(&key(), head, false));
        broken.map(|AuditBreak { seq, kind }| (seq, kind))
    }

    /// What is found after somebody changed the rows and the head.
    fn after(change: impl FnOnce(&mut Vec<AuditRecord>, &mut AuditHead)) -> Option<(i64, AuditBreakKind)> {
        let (mut records, mut head) = log();
        change(&mut records, &mut head);
        found(&records, Some(head))
    }

    /// Gives a record the hash that it must have, as somebody does who knows how it is made.
    fn rehash(record: &mut AuditRecord) {
        record.hash = chain::digest(record).unwrap();
    }

    #[test]
    fn an_untouched_log_holds() {
        assert_eq!(after(|_, _| ()), None);
    }

    #[test]
    fn a_change_of_any_column_shows_at_its_row() {
        let changes: [fn(&mut AuditRecord); 7] = [
            |record| record.at = Timestamp::from_unix(9),
            |record| record.actor = "user:mallory".to_owned(),
            |record| record.action = "test.other".to_owned(),
            |record| record.subject = "test:2".to_owned(),
            |record| record.detail.push(' '),
            |record| record.previous = [3; 32],
            |record| record.hash = [3; 32],
        ];
        for change in changes {
            assert_eq!(
                after(|records, _| change(&mut records[2])),
                Some((3, AuditBreakKind::Changed))
            );
        }
    }

    #[test]
    fn a_changed_row_with_a_new_hash_shows_at_the_next_row() {
        let change = |records: &mut Vec<AuditRecord>, _: &mut AuditHead| {
            records[2].actor = "user:mallory".to_owned();
            rehash(&mut records[2]);
        };
        assert_eq!(after(change), Some((4, AuditBreakKind::Replaced)));
    }

    #[test]
    fn a_log_that_was_hashed_anew_to_its_end_shows_at_the_sealed_head() {
        let change = |records: &mut Vec<AuditRecord>, _: &mut AuditHead| {
            records[0].actor = "user:mallory".to_owned();
            let mut previous = [0; 32];
            for record in records {
                record.previous = previous;
                rehash(record);
                previous = record.hash;
            }
        };
        assert_eq!(after(change), Some((5, AuditBreakKind::Changed)));
    }

    #[test]
    fn a_removed_row_shows_at_its_place() {
        assert_eq!(
            after(|records, _| drop(records.remove(0))),
            Some((1, AuditBreakKind::Missing))
        );
        assert_eq!(
            after(|records, _| drop(records.remove(2))),
            Some((3, AuditBreakKind::Missing))
        );
    }

    #[test]
    fn two_rows_that_changed_places_show_as_moved() {
        let change = |records: &mut Vec<AuditRecord>, _: &mut AuditHead| {
            (records[1].seq, records[2].seq) = (3, 2);
            records.swap(1, 2);
        };
        assert_eq!(after(change), Some((2, AuditBreakKind::Moved)));
    }

    #[test]
    fn a_cut_off_end_shows_and_a_forged_head_does_not_hide_it() {
        assert_eq!(
            after(|records, _| records.truncate(3)),
            Some((4, AuditBreakKind::CutOff))
        );
        assert_eq!(
            after(|records, _| records.clear()),
            Some((1, AuditBreakKind::CutOff))
        );
        let forge = |records: &mut Vec<AuditRecord>, head: &mut AuditHead| {
            records.truncate(3);
            (head.seq, head.hash) = (3, records[2].hash);
        };
        assert_eq!(after(forge), Some((3, AuditBreakKind::HeadForged)));
        let (records, head) = log();
        let other = AuditKey::new(&Sealer::new([2; 32])).head(head.seq, head.hash);
        assert_eq!(
            found(&records, Some(other)),
            Some((5, AuditBreakKind::HeadForged))
        );
    }

    #[test]
    fn rows_after_the_head_show() {
        let change = |records: &mut Vec<AuditRecord>, head: &mut AuditHead| {
            *head = key().head(4, records[3].hash);
        };
        assert_eq!(after(change), Some((5, AuditBreakKind::BeyondHead)));
    }

    #[test]
    fn a_log_without_its_head_shows_and_only_a_new_provider_may_have_none() {
        assert_eq!(found(&log().0, None), Some((5, AuditBreakKind::HeadForged)));
        assert_eq!(found(&[], None), Some((0, AuditBreakKind::Emptied)));
        assert_eq!(Walk::default().end(&key(), None, true), None);
    }
}
