DELETE FROM ciba_requests
WHERE digest IN (
    SELECT digest FROM ciba_requests WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
