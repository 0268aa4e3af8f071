UPDATE push_subscriptions
SET delivered_at = $1
WHERE authenticator_id = $2
