SELECT id, organisation_id, local_key, username, role, name, created_at, disabled_at
FROM users
WHERE organisation_id = $1 AND local_key = $2
