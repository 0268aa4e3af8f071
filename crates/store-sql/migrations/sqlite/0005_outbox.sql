-- Push subscriptions of phones, and the outbox.

-- Whoever reads endpoint and auth can still not send: a push service takes messages of the provider's own key only, to
-- which the subscription is bound (RFC 8292 §4.2), and that key is sealed.
CREATE TABLE push_subscriptions (
    authenticator_id BLOB NOT NULL PRIMARY KEY REFERENCES authenticators (id) CHECK (length(authenticator_id) = 16),
    endpoint TEXT NOT NULL CHECK (length(endpoint) BETWEEN 1 AND 2048),
    p256dh BLOB NOT NULL CHECK (length(p256dh) = 65),
    auth BLOB NOT NULL CHECK (length(auth) = 16),
    subscribed_at INTEGER NOT NULL,
    delivered_at INTEGER,
    failed_at INTEGER,
    problem TEXT,
    CHECK ((failed_at IS NULL) = (problem IS NULL))
) STRICT, WITHOUT ROWID;

-- not_before is when a waiting message is due; a courier that claims it moves it to the end of its lease and counts the
-- attempt, and writes the outcome only while the count is still its own.
CREATE TABLE outbox (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind TEXT NOT NULL CHECK (kind IN ('web_push')),
    authenticator_id BLOB NOT NULL REFERENCES authenticators (id),
    approval_id BLOB NOT NULL REFERENCES approvals (id),
    payload TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    expires_at INTEGER NOT NULL,
    last_error TEXT,
    state TEXT NOT NULL,
    settled_at INTEGER,
    cause TEXT CHECK (cause IN ('expired', 'exhausted', 'gone', 'refused')),
    CHECK (CASE state
        WHEN 'pending' THEN settled_at IS NULL AND cause IS NULL
        WHEN 'delivered' THEN settled_at IS NOT NULL AND cause IS NULL AND attempts > 0
        WHEN 'dead' THEN settled_at IS NOT NULL AND cause IS NOT NULL
        ELSE FALSE END)
) STRICT;
CREATE INDEX outbox_due ON outbox (not_before) WHERE state = 'pending';
CREATE INDEX outbox_dead ON outbox (settled_at) WHERE state = 'dead';
CREATE INDEX outbox_settled ON outbox (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX outbox_of_authenticator ON outbox (authenticator_id, created_at);
