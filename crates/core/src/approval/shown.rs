//! What a person is shown, in the exact form that the decision is bound to.

use super::{Approval, code};
use crate::ciba::auth_req_id;
use crate::failure::Fault;
use crate::keys::Sealer;
use countersign_jose::{base64url, hash, jcs};
use countersign_protocol::approval::{ApprovalItem, ApprovalKind, SettledItem};

/// The JCS text (RFC 8785) of an item without its digest, and the digest over it.
///
/// # Errors
/// The item cannot be serialized.
pub fn seal(item: &ApprovalItem) -> Result<(String, String), Fault> {
    debug_assert!(item.digest.is_empty());
    let bytes = jcs::canonicalize(item)
        .map_err(|error| Fault::new("an approval cannot be serialized").with_source(error))?;
    let digest = base64url::encode(&hash::sha256(&bytes));
    let text =
        String::from_utf8(bytes).map_err(|error| Fault::new("JCS text is not UTF-8").with_source(error))?;
    Ok((text, digest))
}

/// The item as a phone receives it, with the codes of its mode and the digest over all of it. Both are reckoned at each
/// look: a stored digest over six digits would give them away to whoever tries a million. The `auth_req_id` of a sign-in
/// comes last: the store does not hold it, and evidence that anybody can verify later must not need it.
///
/// # Errors
/// The stored text is no item.
pub fn on_phone(sealer: &Sealer, approval: &Approval) -> Result<ApprovalItem, Fault> {
    let mut item = item(approval)?;
    let mode = approval.verification_mode;
    item.verification = code::on_phone(sealer, approval.id, mode, item.mutual.as_ref())
        .ok_or_else(|| Fault::corrupt("approval", approval.id, "its session has no code"))?;
    let (_, digest) = seal(&item)?;
    item.digest = digest;
    item.auth_request_id = (approval.kind == ApprovalKind::Login).then(|| {
        let auth_req_id = auth_req_id::derive(sealer, approval.id, approval.requested_at);
        auth_req_id.reveal().to_owned()
    });
    Ok(item)
}

/// The item as it is stored.
///
/// # Errors
/// The stored text is no item.
pub fn item(approval: &Approval) -> Result<ApprovalItem, Fault> {
    serde_json::from_str(&approval.shown).map_err(|error| Fault::corrupt("approval", approval.id, error))
}

/// The item as a person's history shows it.
///
/// # Errors
/// The stored text is no item.
pub fn settled_item(
    approval: &Approval,
    status: countersign_protocol::approval::ApprovalStatus,
    settled_at: crate::time::Timestamp,
    decided_by: Option<String>,
) -> Result<SettledItem, Fault> {
    let item = item(approval)?;
    Ok(SettledItem {
        id: item.id,
        kind: item.kind,
        application: item.application,
        binding_message: item.binding_message,
        status,
        requested_at: approval.requested_at.rfc3339(),
        settled_at: settled_at.rfc3339(),
        decided_by,
    })
}
