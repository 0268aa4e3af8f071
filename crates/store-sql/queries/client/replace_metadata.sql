-- Compare-and-set: of two who change a client at once, one wins.
UPDATE clients
SET metadata = $1
WHERE id = $2 AND metadata = $3
