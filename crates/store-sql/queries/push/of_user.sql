SELECT push_subscriptions.authenticator_id, endpoint, p256dh, auth, subscribed_at, delivered_at, failed_at,
    problem
FROM authenticators
JOIN push_subscriptions ON push_subscriptions.authenticator_id = authenticators.id
WHERE authenticators.user_id = $1 AND authenticators.revoked_at IS NULL
ORDER BY authenticators.enrolled_at, authenticators.id
