UPDATE signing_keys
SET announced_at = $1, active_at = $2, retained_at = $3, retired_at = $4, revoked_at = $5
WHERE kid = $6
