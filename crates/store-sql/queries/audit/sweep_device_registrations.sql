-- Only what nobody decided: a decision is evidence, and anyone may ask.
DELETE FROM device_registrations
WHERE verification_code IN (
    SELECT verification_code FROM device_registrations
    WHERE state = 'pending' AND expires_at < $1 ORDER BY expires_at LIMIT $2)
