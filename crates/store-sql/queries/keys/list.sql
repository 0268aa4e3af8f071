SELECT kid, purpose, algorithm, sealed, jwk, announced_at, active_at, retained_at, retired_at, revoked_at
FROM signing_keys
ORDER BY announced_at, kid
