SELECT coalesce(max(revision), 0)
FROM (
    SELECT max(revision) AS revision
    FROM approvals
    WHERE user_id = $1 AND settled_at IS NOT NULL
    UNION ALL
    SELECT max(revision)
    FROM approvals
    WHERE user_id = $1 AND state = 'pending'
) AS changed
