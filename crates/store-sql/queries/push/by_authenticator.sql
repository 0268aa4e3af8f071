SELECT authenticator_id, endpoint, p256dh, auth, subscribed_at, delivered_at, failed_at, problem
FROM push_subscriptions
WHERE authenticator_id = $1
