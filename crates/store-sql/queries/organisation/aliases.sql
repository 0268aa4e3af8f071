SELECT shown
FROM organisation_names
WHERE organisation_id = $1 AND position > 0
ORDER BY position
