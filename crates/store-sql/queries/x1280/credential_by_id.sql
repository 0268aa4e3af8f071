SELECT token_id, issuer, issuer_key, expires_at, user_id, sealed_claims, recorded_at,
    coalesce(revoked_at, (
        SELECT signing_keys.revoked_at FROM signing_keys WHERE signing_keys.kid = credentials.issuer_key)),
    revoked_reason
FROM credentials
WHERE token_id = $1
