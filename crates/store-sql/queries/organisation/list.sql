SELECT id, domain, created_at
FROM organisations
ORDER BY created_at, id
