SELECT id, token_id, authenticator_id, device_id, enrolled_at, revoked_at
FROM enrolments
WHERE token_id = $1
ORDER BY revoked_at DESC NULLS FIRST, id
LIMIT 1
