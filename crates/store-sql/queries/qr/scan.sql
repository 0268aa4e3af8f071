UPDATE qr_sessions
SET state = 'scanned', scanned_at = $1, scanned_by = $2
WHERE id = $3 AND state = 'waiting'
