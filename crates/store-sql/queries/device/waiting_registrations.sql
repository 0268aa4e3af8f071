SELECT count(*), min(expires_at), count(CASE WHEN address = $1 THEN 1 END),
    min(CASE WHEN address = $1 THEN expires_at END)
FROM device_registrations
WHERE state = 'pending' AND expires_at > $2
