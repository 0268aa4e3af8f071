UPDATE refresh_tokens
SET spent_answer = NULL
WHERE digest IN (
    SELECT digest FROM refresh_tokens
    WHERE spent_answer IS NOT NULL AND spent_at < $1 ORDER BY spent_at LIMIT $2)
