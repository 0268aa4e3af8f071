INSERT INTO applications (
    id, kind, name, hostname, client_identifier, description, client_id, verification_mode, is_hidden,
    is_dependent, created_at, disabled_at, removed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT DO NOTHING
