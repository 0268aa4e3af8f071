INSERT INTO login_hint_tokens (
    digest, user_id, authenticator_id, expires_at, spent_at)
VALUES ($1, $2, $3, $4, $5)
