UPDATE services
SET vds_issued_at = $1, response_key_version = $2
WHERE id = $3 AND vds_issued_at = $4 AND response_key_version = $5
