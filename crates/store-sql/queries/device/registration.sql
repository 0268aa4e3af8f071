SELECT verification_code, title, location, domain, role, system, memory, jwk, thumbprint, key_type, address,
    requested_at, expires_at, state, decided_at, decided_by, device_id, client_id, reason
FROM device_registrations
WHERE verification_code = $1
