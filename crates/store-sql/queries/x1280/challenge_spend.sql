UPDATE enrolment_challenges
SET spent_at = $1
WHERE digest = $2 AND spent_at IS NULL
