-- RFC 7523 §3: a jti is remembered until its assertion would be refused as too old anyway. What is sent again has the
-- end that it had, so the end comes first in the key: what is new stands together, what is over goes together, and no
-- second index is needed. The digest is of client and jti, and as long as a jti has to be.
-- What was remembered of the last five minutes is forgotten here, once: SQL knows no digest.
DROP TABLE client_assertions;
CREATE TABLE spent_assertions (
    expires_at INTEGER NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 16),
    PRIMARY KEY (expires_at, digest)
) STRICT, WITHOUT ROWID;
