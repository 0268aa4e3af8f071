SELECT id, approval_id, client_id, user_id, resource, requested_at, receipt, revoked_at
FROM consents
ORDER BY requested_at DESC, id
