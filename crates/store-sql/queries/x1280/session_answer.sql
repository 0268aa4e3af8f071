UPDATE x1280_sessions
SET answered_at = $1, answer = $2
WHERE id = $3 AND answered_at IS NULL
