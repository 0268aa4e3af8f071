SELECT id, client_id, user_id, approval_id, scope, resource, audience, verification_mode, decided_at,
    created_at, revoked_at
FROM grants
WHERE id = $1
