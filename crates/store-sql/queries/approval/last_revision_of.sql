SELECT coalesce(max(revision), 0)
FROM approvals
WHERE user_id = $1
