INSERT INTO credentials (token_id, issuer, issuer_key, expires_at, user_id, sealed_claims, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (token_id) DO UPDATE
SET issuer_key = excluded.issuer_key, expires_at = excluded.expires_at, user_id = excluded.user_id,
    sealed_claims = excluded.sealed_claims
WHERE credentials.revoked_at IS NULL AND credentials.issuer = excluded.issuer
