UPDATE qr_sessions
SET state = 'requested', approval_id = $1
WHERE id = $2 AND state = 'scanned'
