DELETE FROM client_assertions
WHERE (client_id, jti) IN (
    SELECT client_id, jti FROM client_assertions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
