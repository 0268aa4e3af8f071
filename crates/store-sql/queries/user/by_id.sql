SELECT id, organisation_id, local_key, username, role, name, created_at, disabled_at
FROM users
WHERE id = $1
