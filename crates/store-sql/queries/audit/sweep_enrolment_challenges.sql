DELETE FROM enrolment_challenges
WHERE digest IN (
    SELECT digest FROM enrolment_challenges WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
