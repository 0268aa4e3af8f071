UPDATE access_tokens
SET revoked_at = $1
WHERE digest = $2 AND revoked_at IS NULL
