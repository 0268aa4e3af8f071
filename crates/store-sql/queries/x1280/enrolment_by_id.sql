SELECT id, token_id, authenticator_id, device_id, enrolled_at, revoked_at
FROM enrolments
WHERE id = $1
