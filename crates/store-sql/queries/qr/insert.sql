INSERT INTO qr_sessions (
    id, kind, client_id, device_id, animated, ip, user_agent, created_at, expires_at, state, scanned_at, scanned_by,
    approval_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
