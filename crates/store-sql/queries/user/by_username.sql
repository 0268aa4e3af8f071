SELECT u.id, u.organisation_id, u.local_key, u.username, u.role, u.name, u.created_at, u.disabled_at
FROM organisation_names n JOIN users u ON u.organisation_id = n.organisation_id
WHERE n.folded = $1 AND u.local_key = $2
