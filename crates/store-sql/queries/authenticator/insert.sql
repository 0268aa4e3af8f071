INSERT INTO authenticators (
    id, client_id, user_id, name, platform, thumbprint, enrolled_at, revoked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
