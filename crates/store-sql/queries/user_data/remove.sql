DELETE FROM user_data
WHERE user_id = $1 AND name = $2
