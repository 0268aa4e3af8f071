SELECT count(*), min(created_at)
FROM qr_sessions
WHERE client_id = $1 AND created_at > $2
