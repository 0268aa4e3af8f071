//! The handle of a request (CIBA Core §7.3). It is derived from the approval that the request opened, so that the phone
//! can be told it without the store holding it: applications and phones speak of one request by one name (onesid.md §13).
//! It redeems nothing without the client's key, and decides nothing without the phone's.

use crate::id::ApprovalId;
use crate::keys::Sealer;
use crate::secret::OpaqueToken;
use crate::time::Timestamp;
use zeroize::Zeroizing;

/// The `auth_req_id` of the request that opened an approval at a moment: 256 bits that nobody else can reckon.
#[must_use]
pub fn derive(sealer: &Sealer, approval: ApprovalId, requested_at: Timestamp) -> OpaqueToken {
    let secret = Zeroizing::new(sealer.derive::<32>("auth_req_id", approval.0.as_bytes()));
    OpaqueToken::of(requested_at, &secret)
}
