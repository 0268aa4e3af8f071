SELECT id, domain, created_at
FROM organisations
WHERE id = $1
