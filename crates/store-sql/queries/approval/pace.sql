-- $1 person, $2 a day ago, $3 now, $4 an hour ago, $5 a minute ago. A pending row past its end counts as an expiry at
-- that end, whether or not the worker has come by: a bomber must not profit from a late worker. A superseded request
-- is no refusal (a person reloads a page), but it went unanswered: asking anew must not dodge the hourly lock.
WITH refused (at) AS (
    SELECT settled_at
    FROM approvals
    WHERE user_id = $1 AND kind = 'login' AND settled_at >= $2
        AND (state = 'denied' OR (state = 'expired' AND cause <> 'superseded'))
    UNION ALL
    SELECT expires_at
    FROM approvals
    WHERE user_id = $1 AND kind = 'login' AND state = 'pending' AND expires_at >= $2 AND expires_at <= $3
), accepted (at) AS (
    SELECT coalesce(max(settled_at), $2 - 1)
    FROM approvals
    WHERE user_id = $1 AND kind = 'login' AND state IN ('approved', 'redeemed') AND settled_at >= $2
), recent (asked_at, unanswered) AS (
    SELECT requested_at, CASE
        WHEN state = 'expired' AND cause IN ('timed_out', 'superseded') THEN 1
        WHEN state = 'pending' AND expires_at <= $3 THEN 1
        ELSE 0 END
    FROM approvals
    WHERE user_id = $1 AND kind = 'login' AND requested_at >= $4
)
SELECT
    (SELECT count(*) FROM recent WHERE asked_at >= $5),
    (SELECT coalesce(sum(unanswered), 0) FROM recent),
    (SELECT count(*) FROM refused, accepted WHERE refused.at > accepted.at),
    (SELECT max(refused.at) FROM refused, accepted WHERE refused.at > accepted.at)
