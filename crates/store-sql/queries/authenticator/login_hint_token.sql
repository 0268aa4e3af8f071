SELECT digest, user_id, authenticator_id, expires_at, spent_at
FROM login_hint_tokens
WHERE digest = $1
