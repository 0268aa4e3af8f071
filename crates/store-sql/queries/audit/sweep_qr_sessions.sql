DELETE FROM qr_sessions
WHERE id IN (
    SELECT id FROM qr_sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
