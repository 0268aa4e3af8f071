UPDATE approvals
SET state = $1, settled_at = $2, decided_by = $3, decision_jws = $4, granted = $5, not_me = $6, cause = $7,
    revision = $8
WHERE id = $9 AND state = 'pending'
