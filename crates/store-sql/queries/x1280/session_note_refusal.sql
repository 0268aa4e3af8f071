UPDATE x1280_sessions
SET last_refusal = $1
WHERE id = $2
