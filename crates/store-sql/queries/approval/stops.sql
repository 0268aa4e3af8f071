SELECT user_id, client_id, stopped_at
FROM approval_stops
ORDER BY stopped_at, user_id, client_id
