INSERT INTO enrolments (id, token_id, authenticator_id, device_id, enrolled_at, revoked_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (token_id) WHERE revoked_at IS NULL DO NOTHING
