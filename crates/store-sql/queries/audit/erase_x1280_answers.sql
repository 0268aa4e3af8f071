UPDATE x1280_sessions
SET answer = NULL
WHERE id IN (
    SELECT id FROM x1280_sessions
    WHERE answer IS NOT NULL AND expires_at <= $1 ORDER BY expires_at LIMIT $2)
