INSERT INTO organisation_names (folded, organisation_id, position, shown)
VALUES ($1, $2, $3, $4)
