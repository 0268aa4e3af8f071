UPDATE approvals
SET wrong_codes = wrong_codes + 1
WHERE id = $1
RETURNING wrong_codes
