INSERT INTO audit_records (
    seq, at, actor, action, subject, detail, previous, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
