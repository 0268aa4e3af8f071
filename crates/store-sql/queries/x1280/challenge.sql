SELECT digest, created_at, expires_at, spent_at
FROM enrolment_challenges
WHERE digest = $1
