INSERT INTO outbox (
    id, kind, authenticator_id, approval_id, payload, created_at, not_before, attempts, expires_at, last_error,
    state, settled_at, cause)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
