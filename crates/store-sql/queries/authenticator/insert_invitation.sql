INSERT INTO invitations (
    digest, user_id, created_by, created_at, expires_at, spent_at)
VALUES ($1, $2, $3, $4, $5, $6)
