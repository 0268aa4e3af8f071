UPDATE outbox
SET not_before = $1, last_error = $2
WHERE id = $3 AND attempts = $4 AND state = 'pending'
