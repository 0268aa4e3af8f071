UPDATE applications
SET kind = $1, name = $2, hostname = $3, client_identifier = $4, description = $5, client_id = $6,
    verification_mode = $7, is_hidden = $8, is_dependent = $9, disabled_at = $10
WHERE id = $11 AND removed_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM applications AS other
        WHERE other.id <> $11 AND (other.hostname = $3 OR other.client_identifier = $4))
