SELECT id, token_id, enrolment_id, service_id, approval_id, created_at, expires_at, last_refusal, answered_at, answer
FROM x1280_sessions
WHERE id = $1
