SELECT digest, client_id, subject, device_id, user_id, grant_id, issued_at, expires_at, revoked_at
FROM access_tokens
WHERE digest = $1
