INSERT INTO device_registrations (
    verification_code, title, location, domain, role, system, memory, jwk, thumbprint, key_type, address,
    requested_at, expires_at, state, decided_at, decided_by, device_id, client_id, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
ON CONFLICT DO NOTHING
