SELECT o.id, o.domain, o.created_at
FROM organisation_names n JOIN organisations o ON o.id = n.organisation_id
WHERE n.folded = $1
