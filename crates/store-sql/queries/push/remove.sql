DELETE FROM push_subscriptions
WHERE authenticator_id = $1
