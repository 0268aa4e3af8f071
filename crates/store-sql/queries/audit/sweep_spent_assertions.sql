DELETE FROM spent_assertions
WHERE (expires_at, digest) IN (
    SELECT expires_at, digest FROM spent_assertions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
