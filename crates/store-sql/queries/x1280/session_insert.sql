INSERT INTO x1280_sessions (
    id, token_id, enrolment_id, service_id, approval_id, created_at, expires_at, last_refusal, answered_at, answer)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
