SELECT s.id, s.name, s.logo_url, s.privacy_url, s.allowed_scopes, s.default_scopes, s.audience, s.claim_style,
    s.consent_required, s.vds_issued_at, s.response_key_version, s.created_at, c.disabled_at
FROM services s JOIN clients c ON c.id = s.id
ORDER BY s.created_at, s.id
