UPDATE devices
SET thumbprint = $1, key_type = $2
WHERE id = $3
