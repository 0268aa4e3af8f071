-- The revision stays: to the person nothing changed.
UPDATE approvals
SET state = 'redeemed', redeemed_at = $1, grant_id = $2
WHERE id = $3 AND state = 'approved'
