UPDATE ciba_requests
SET polled_at = $1, poll_interval = $2
WHERE digest = $3
