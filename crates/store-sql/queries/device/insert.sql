INSERT INTO devices (
    id, client_id, verification_code, title, location, domain, role, system, memory, thumbprint,
    key_type, approved_at, approved_by, suspended_at, revoked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
