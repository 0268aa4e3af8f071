SELECT id, kind, name, hostname, client_identifier, description, client_id, verification_mode, is_hidden,
    is_dependent, created_at, disabled_at, removed_at
FROM applications
WHERE client_id = $1
