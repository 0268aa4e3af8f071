SELECT id, name, logo_url, privacy_url, allowed_scopes, default_scopes, audience, claim_style, consent_required,
    vds_issued_at, vds_expires_at, response_key_version, created_at,
    (SELECT clients.disabled_at FROM clients WHERE clients.id = services.id)
FROM services
ORDER BY created_at, id
