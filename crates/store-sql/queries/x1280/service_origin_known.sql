SELECT o.origin
FROM service_origins o JOIN clients c ON c.id = o.service_id
WHERE o.origin = $1 AND c.disabled_at IS NULL
LIMIT 1
