UPDATE outbox
SET state = $1, settled_at = $2, cause = $3, last_error = $4
WHERE id = $5 AND attempts = $6 AND state = 'pending'
