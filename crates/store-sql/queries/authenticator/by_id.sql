SELECT id, client_id, user_id, name, platform, thumbprint, enrolled_at, revoked_at
FROM authenticators
WHERE id = $1
