UPDATE device_registrations
SET state = $1, decided_at = $2, decided_by = $3, device_id = $4, client_id = $5, reason = $6
WHERE verification_code = $7 AND state = 'pending'
