-- The first revocation is the one that counts.
UPDATE devices
SET revoked_at = coalesce(revoked_at, $1)
WHERE id = $2
