INSERT INTO access_tokens (
    digest, client_id, subject, device_id, user_id, grant_id, issued_at, expires_at, revoked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
