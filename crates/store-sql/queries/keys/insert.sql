INSERT INTO signing_keys (
    kid, purpose, algorithm, sealed, jwk, announced_at, active_at, retained_at, retired_at, revoked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
