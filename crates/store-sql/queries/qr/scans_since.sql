SELECT coalesce(sum(scans), 0), min(scanned_at)
FROM qr_scans
WHERE authenticator_id = $1 AND scanned_at > $2
