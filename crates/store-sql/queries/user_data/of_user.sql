SELECT user_id, name, sealed, updated_at
FROM user_data
WHERE user_id = $1
ORDER BY name
