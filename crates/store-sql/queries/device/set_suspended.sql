UPDATE devices
SET suspended_at = $1
WHERE id = $2
