UPDATE credentials
SET sealed_claims = NULL
WHERE token_id IN (
    SELECT token_id FROM credentials
    WHERE sealed_claims IS NOT NULL AND expires_at <= $1 ORDER BY expires_at LIMIT $2)
