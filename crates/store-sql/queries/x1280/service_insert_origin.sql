INSERT INTO service_origins (service_id, position, origin)
VALUES ($1, $2, $3)
