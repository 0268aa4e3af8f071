SELECT seq, hash, mac
FROM audit_head
WHERE id = 1
