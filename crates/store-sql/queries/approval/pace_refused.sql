-- $1 person, $2 kind, $3 a day ago, $4 now. The refusals since the last time that the person said yes; a pending row past
-- its end is one at that end.
SELECT count(*), max(at)
FROM (
    SELECT settled_at AS at
    FROM approvals
    WHERE user_id = $1 AND kind = $2 AND settled_at >= $3
        AND (state = 'denied' OR (state = 'expired' AND cause <> 'superseded'))
    UNION ALL
    SELECT expires_at
    FROM approvals
    WHERE user_id = $1 AND kind = $2 AND state = 'pending' AND expires_at >= $3 AND expires_at <= $4
) AS refused
WHERE at > (
    SELECT coalesce(max(settled_at), $3 - 1)
    FROM approvals
    WHERE user_id = $1 AND kind = $2 AND state IN ('approved', 'redeemed') AND settled_at >= $3)
