INSERT INTO services (
    id, name, logo_url, privacy_url, allowed_scopes, default_scopes, audience, claim_style, consent_required,
    vds_issued_at, vds_expires_at, response_key_version, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
