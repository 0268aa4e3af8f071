SELECT origin
FROM service_origins
WHERE service_id = $1
ORDER BY position
