INSERT INTO spent_assertions (expires_at, digest)
VALUES ($1, $2)
ON CONFLICT DO NOTHING
