INSERT INTO users (
    id, organisation_id, local_key, username, role, name, created_at, disabled_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
