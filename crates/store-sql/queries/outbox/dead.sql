SELECT id, kind, authenticator_id, approval_id, payload, created_at, not_before, attempts, expires_at, last_error,
    state, settled_at, cause
FROM outbox
WHERE state = 'dead'
ORDER BY settled_at DESC
LIMIT $1
