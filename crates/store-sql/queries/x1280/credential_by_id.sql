SELECT token_id, issuer, issuer_key, expires_at, user_id, sealed_claims, recorded_at, revoked_at, revoked_reason
FROM credentials
WHERE token_id = $1
