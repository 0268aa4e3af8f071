SELECT id, client_id, user_id, name, platform, thumbprint, enrolled_at, revoked_at
FROM authenticators
WHERE user_id = $1
ORDER BY enrolled_at, id
