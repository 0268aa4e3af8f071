SELECT id, user_id, expires_at
FROM approvals
WHERE state = 'pending' AND expires_at <= $1
ORDER BY expires_at
LIMIT $2
