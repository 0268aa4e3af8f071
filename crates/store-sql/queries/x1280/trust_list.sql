SELECT id, name, issuer, reference, usage, jwk, not_before, not_after, added_at, removed_at
FROM trust_anchors
WHERE removed_at IS NULL
ORDER BY added_at, id
