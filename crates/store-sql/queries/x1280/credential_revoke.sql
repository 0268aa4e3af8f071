INSERT INTO credentials (token_id, recorded_at, revoked_at, revoked_reason)
VALUES ($1, $2, $2, $3)
ON CONFLICT (token_id) DO UPDATE
SET revoked_at = excluded.revoked_at, revoked_reason = excluded.revoked_reason, sealed_claims = NULL
WHERE credentials.revoked_at IS NULL
