SELECT consents.id, consents.approval_id, consents.client_id, consents.user_id, consents.resource,
    consents.requested_at, consents.receipt, consents.revoked_at
FROM consents
JOIN approvals ON approvals.id = consents.approval_id
WHERE consents.user_id = $1 AND approvals.state IN ('approved', 'redeemed')
ORDER BY approvals.settled_at DESC, approvals.revision DESC
