UPDATE trust_anchors
SET removed_at = $1
WHERE id = $2 AND removed_at IS NULL
