INSERT INTO clients (
    id, kind, device_id, authenticator_id, user_id, metadata, created_at, disabled_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
