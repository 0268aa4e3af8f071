INSERT INTO refresh_tokens (
    digest, grant_id, issued_at, expires_at, spent_at, spent_request, spent_answer)
VALUES ($1, $2, $3, $4, $5, $6, $7)
