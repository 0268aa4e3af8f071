-- $1 a minute ago, $2 person, $3 kind, $4 an hour ago, $5 now. A pending row past its end counts as unanswered, whether or
-- not the worker has come by: a bomber must not profit from a late worker. A superseded request is no refusal (a person
-- reloads a page), but it went unanswered: asking anew must not dodge the hourly lock. Nothing is settled before it was
-- asked, so what was asked within the hour is pending or was settled within the hour.
SELECT count(CASE WHEN asked_at >= $1 THEN 1 END), coalesce(sum(unanswered), 0)
FROM (
    SELECT requested_at AS asked_at, state = 'expired' AND cause IN ('timed_out', 'superseded') AS unanswered
    FROM approvals
    WHERE user_id = $2 AND kind = $3 AND settled_at >= $4 AND requested_at >= $4
    UNION ALL
    SELECT requested_at, expires_at <= $5
    FROM approvals
    WHERE user_id = $2 AND kind = $3 AND state = 'pending' AND requested_at >= $4
) AS recent
