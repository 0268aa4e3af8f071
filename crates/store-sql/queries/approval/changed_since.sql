-- What is settled has an index by person and revision; what waits is few.
SELECT id, kind, user_id, client_id, application_id, shown, digest, verification_mode, asked, wrong_codes,
    requested_at, expires_at, revision, state, settled_at, decided_by, decision_jws, granted, not_me,
    cause, redeemed_at, grant_id
FROM approvals
WHERE user_id = $1 AND settled_at IS NOT NULL AND revision > $2
UNION ALL
SELECT id, kind, user_id, client_id, application_id, shown, digest, verification_mode, asked, wrong_codes,
    requested_at, expires_at, revision, state, settled_at, decided_by, decision_jws, granted, not_me,
    cause, redeemed_at, grant_id
FROM approvals
WHERE user_id = $1 AND state = 'pending' AND revision > $2
ORDER BY revision
LIMIT $3
