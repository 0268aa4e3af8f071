DELETE FROM refresh_tokens
WHERE digest IN (
    SELECT digest FROM refresh_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
