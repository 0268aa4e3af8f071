DELETE FROM invitations
WHERE digest IN (
    SELECT digest FROM invitations WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
