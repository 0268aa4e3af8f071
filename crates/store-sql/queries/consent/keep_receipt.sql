UPDATE consents SET receipt = $1
WHERE id = $2 AND receipt IS NULL AND revoked_at IS NULL
