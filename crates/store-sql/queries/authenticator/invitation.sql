SELECT digest, user_id, created_by, created_at, expires_at, spent_at
FROM invitations
WHERE digest = $1
