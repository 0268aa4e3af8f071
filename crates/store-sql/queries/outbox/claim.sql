UPDATE outbox
SET not_before = $1, attempts = attempts + 1
WHERE id = $2 AND attempts = $3 AND state = 'pending'
