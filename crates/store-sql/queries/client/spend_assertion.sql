INSERT INTO client_assertions (client_id, jti, expires_at)
VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING
