INSERT INTO consents (
    id, approval_id, client_id, user_id, resource, requested_at, receipt, revoked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
