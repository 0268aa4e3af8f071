INSERT INTO approvals (
    id, kind, user_id, client_id, application_id, shown, digest, verification_mode, asked, wrong_codes,
    requested_at, expires_at, state, settled_at, decided_by, decision_jws, granted, not_me, cause,
    redeemed_at, grant_id, revision)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
    (SELECT coalesce(max(revision), 0) + 1 FROM approvals))
