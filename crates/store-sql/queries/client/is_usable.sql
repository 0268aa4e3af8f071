SELECT 1
FROM clients
WHERE id = $1 AND disabled_at IS NULL
