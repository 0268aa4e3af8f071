SELECT id, kind, name, hostname, client_identifier, description, client_id, verification_mode, is_hidden,
    is_dependent, created_at, disabled_at, removed_at
FROM applications
WHERE client_id = $1
-- A removed one answers only when nothing stands in its place: its client may not sign anybody in. A device becomes an
-- application by itself; one that an operator added with a host name says more.
ORDER BY removed_at IS NOT NULL, hostname IS NULL, created_at, id
LIMIT 1
