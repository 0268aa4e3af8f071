INSERT INTO qr_scans (authenticator_id, scanned_at, scans)
VALUES ($1, $2, 1)
ON CONFLICT (authenticator_id, scanned_at) DO UPDATE SET scans = qr_scans.scans + 1
