UPDATE applications
SET removed_at = $1, disabled_at = coalesce(disabled_at, $1), hostname = NULL, client_identifier = NULL
WHERE id = $2 AND removed_at IS NULL
