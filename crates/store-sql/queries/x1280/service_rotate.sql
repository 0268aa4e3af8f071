UPDATE services
SET vds_issued_at = $1, vds_expires_at = $2, response_key_version = $3
WHERE id = $4 AND vds_issued_at = $5 AND response_key_version = $6
