INSERT INTO grants (
    id, client_id, user_id, approval_id, scope, resource, audience, verification_mode, decided_at,
    created_at, revoked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
