-- $1 person, $2 kind, $3 a day ago, $4 now, $5 an hour ago, $6 a minute ago. A pending row past its end counts as an
-- expiry at that end, whether or not the worker has come by: a bomber must not profit from a late worker. A superseded
-- request is no refusal (a person reloads a page), but it went unanswered: asking anew must not dodge the hourly lock.
-- Nothing is settled before it was asked, so what was asked within the hour is pending or was settled within the hour.
WITH refused (at) AS (
    SELECT settled_at
    FROM approvals
    WHERE user_id = $1 AND kind = $2 AND settled_at >= $3
        AND (state = 'denied' OR (state = 'expired' AND cause <> 'superseded'))
    UNION ALL
    SELECT expires_at
    FROM approvals
    WHERE user_id = $1 AND kind = $2 AND state = 'pending' AND expires_at >= $3 AND expires_at <= $4
), accepted (at) AS (
    SELECT coalesce(max(settled_at), $3 - 1)
    FROM approvals
    WHERE user_id = $1 AND kind = $2 AND state IN ('approved', 'redeemed') AND settled_at >= $3
), recent (asked_at, unanswered) AS (
    SELECT requested_at, state = 'expired' AND cause IN ('timed_out', 'superseded')
    FROM approvals
    WHERE user_id = $1 AND kind = $2 AND settled_at >= $5 AND requested_at >= $5
    UNION ALL
    SELECT requested_at, expires_at <= $4
    FROM approvals
    WHERE user_id = $1 AND kind = $2 AND state = 'pending' AND requested_at >= $5
)
SELECT
    (SELECT count(*) FROM recent WHERE asked_at >= $6),
    (SELECT coalesce(sum(unanswered), 0) FROM recent),
    (SELECT count(*) FROM refused, accepted WHERE refused.at > accepted.at),
    (SELECT max(refused.at) FROM refused, accepted WHERE refused.at > accepted.at)
