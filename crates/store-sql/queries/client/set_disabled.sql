UPDATE clients
SET disabled_at = $1
WHERE id = $2
