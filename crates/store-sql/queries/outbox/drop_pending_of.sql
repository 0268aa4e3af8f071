DELETE FROM outbox
WHERE authenticator_id = $1 AND state = 'pending'
