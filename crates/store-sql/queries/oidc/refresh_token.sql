SELECT digest, grant_id, issued_at, expires_at, spent_at, spent_request, spent_answer
FROM refresh_tokens
WHERE digest = $1
