INSERT INTO push_subscriptions (
    authenticator_id, endpoint, p256dh, auth, subscribed_at, delivered_at, failed_at, problem)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (authenticator_id) DO UPDATE
SET endpoint = excluded.endpoint, p256dh = excluded.p256dh, auth = excluded.auth,
    subscribed_at = excluded.subscribed_at, delivered_at = excluded.delivered_at, failed_at = excluded.failed_at,
    problem = excluded.problem
