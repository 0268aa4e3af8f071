SELECT id, kind, device_id, authenticator_id, user_id, metadata, created_at, disabled_at
FROM clients
WHERE id = $1
