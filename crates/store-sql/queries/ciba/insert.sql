INSERT INTO ciba_requests (
    digest, approval_id, client_id, scope, resource, audience, requested_at, expires_at, poll_interval,
    polled_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
