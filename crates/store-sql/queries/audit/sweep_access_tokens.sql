DELETE FROM access_tokens
WHERE digest IN (
    SELECT digest FROM access_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
