SELECT id, kind, client_id, device_id, animated, ip, user_agent, created_at, expires_at, state, scanned_at,
    scanned_by, approval_id
FROM qr_sessions
WHERE id = $1
