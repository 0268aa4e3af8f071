UPDATE refresh_tokens
SET spent_at = $1, spent_request = $2, spent_answer = $3
WHERE digest = $4 AND spent_at IS NULL
