SELECT id, client_id, user_id, name, platform, thumbprint, enrolled_at, revoked_at
FROM authenticators
WHERE thumbprint = $1 AND revoked_at IS NULL
ORDER BY enrolled_at, id
LIMIT 1
