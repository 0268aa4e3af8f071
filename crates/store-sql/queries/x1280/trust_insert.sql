INSERT INTO trust_anchors (
    id, name, issuer, reference, usage, jwk, not_before, not_after, added_at, removed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
