UPDATE push_subscriptions
SET failed_at = $1, problem = $2
WHERE authenticator_id = $3
