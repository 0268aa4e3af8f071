INSERT INTO enrolment_challenges (digest, created_at, expires_at, spent_at)
VALUES ($1, $2, $3, $4)
