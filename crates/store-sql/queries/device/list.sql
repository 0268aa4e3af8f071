SELECT id, client_id, verification_code, title, location, domain, role, system, memory, thumbprint,
    key_type, approved_at, approved_by, suspended_at, revoked_at
FROM devices
ORDER BY approved_at DESC, id
