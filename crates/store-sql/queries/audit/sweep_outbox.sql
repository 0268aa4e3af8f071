DELETE FROM outbox
WHERE id IN (
    SELECT id FROM outbox WHERE settled_at < $1 ORDER BY settled_at LIMIT $2)
