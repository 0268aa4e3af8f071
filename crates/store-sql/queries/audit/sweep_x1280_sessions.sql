DELETE FROM x1280_sessions
WHERE id IN (
    SELECT id FROM x1280_sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
