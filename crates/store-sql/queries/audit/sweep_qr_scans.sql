DELETE FROM qr_scans
WHERE (authenticator_id, scanned_at) IN (
    SELECT authenticator_id, scanned_at FROM qr_scans WHERE scanned_at < $1 ORDER BY scanned_at LIMIT $2)
