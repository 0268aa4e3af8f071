INSERT INTO approval_stops (user_id, client_id, stopped_at)
VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING
