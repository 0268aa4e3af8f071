INSERT INTO organisations (id, domain, created_at)
VALUES ($1, $2, $3)
