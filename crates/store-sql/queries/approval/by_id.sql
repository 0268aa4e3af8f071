SELECT id, kind, user_id, client_id, application_id, shown, digest, verification_mode, asked, wrong_codes,
    requested_at, expires_at, revision, state, settled_at, decided_by, decision_jws, granted, not_me,
    cause, redeemed_at, grant_id
FROM approvals
WHERE id = $1
