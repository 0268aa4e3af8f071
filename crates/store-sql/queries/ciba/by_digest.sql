SELECT digest, approval_id, client_id, scope, resource, audience, requested_at, expires_at, poll_interval,
    polled_at
FROM ciba_requests
WHERE digest = $1
