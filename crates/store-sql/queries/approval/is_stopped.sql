SELECT 1
FROM approval_stops
WHERE user_id = $1 AND client_id = $2
