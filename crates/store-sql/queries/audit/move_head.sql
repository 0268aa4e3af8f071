INSERT INTO audit_head (id, seq, hash, mac)
VALUES (1, $1, $2, $3)
ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, mac = excluded.mac
