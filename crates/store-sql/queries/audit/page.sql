SELECT seq, at, actor, action, subject, detail, previous, hash
FROM audit_records
WHERE seq > $1
ORDER BY seq
LIMIT $2
