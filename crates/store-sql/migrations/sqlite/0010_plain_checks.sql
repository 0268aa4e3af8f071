-- For a list of more than two words SQLite makes a table of its own and throws it away, at each insert and for each list:
-- in these two tables, which every sign-in writes, the same laws stand as comparisons. Nothing else of them changes.
CREATE TABLE approvals_anew (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind TEXT NOT NULL CHECK (kind = 'login' OR kind = 'consent' OR kind = 'mutual'),
    user_id BLOB REFERENCES users (id),
    client_id TEXT NOT NULL REFERENCES clients (id),
    application_id BLOB REFERENCES applications (id),
    shown TEXT NOT NULL,
    digest TEXT NOT NULL CHECK (length(digest) = 43),
    verification_mode TEXT NOT NULL CHECK (verification_mode = 'none' OR verification_mode = 'compare'
        OR verification_mode = 'choose' OR verification_mode = 'transfer'),
    asked TEXT NOT NULL,
    wrong_codes INTEGER NOT NULL CHECK (wrong_codes >= 0),
    requested_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0),
    state TEXT NOT NULL,
    settled_at INTEGER,
    decided_by BLOB REFERENCES authenticators (id),
    decision_jws TEXT,
    granted TEXT,
    not_me INTEGER CHECK (not_me IN (0, 1)),
    cause TEXT CHECK (cause = 'timed_out' OR cause = 'wrong_codes' OR cause = 'superseded'),
    redeemed_at INTEGER,
    grant_id BLOB CHECK (length(grant_id) = 16),
    CHECK (CASE state
        WHEN 'pending' THEN settled_at IS NULL
        WHEN 'approved' THEN settled_at IS NOT NULL
        WHEN 'denied' THEN settled_at IS NOT NULL
        WHEN 'expired' THEN settled_at IS NOT NULL
        WHEN 'redeemed' THEN settled_at IS NOT NULL
        ELSE FALSE END),
    CHECK ((state = 'approved' OR state = 'denied' OR state = 'redeemed') = (decided_by IS NOT NULL)),
    CHECK ((decided_by IS NULL) = (decision_jws IS NULL)),
    CHECK ((decided_by IS NULL) = (granted IS NULL)),
    CHECK ((state = 'denied') = (not_me IS NOT NULL)),
    CHECK ((state = 'expired') = (cause IS NOT NULL)),
    CHECK ((state = 'redeemed') = (redeemed_at IS NOT NULL)),
    CHECK ((redeemed_at IS NULL) = (grant_id IS NULL))
) STRICT;
INSERT INTO approvals_anew SELECT * FROM approvals;
DROP TABLE approvals;
ALTER TABLE approvals_anew RENAME TO approvals;
CREATE UNIQUE INDEX approvals_revision ON approvals (revision);
CREATE INDEX approvals_changed ON approvals (user_id, revision) WHERE settled_at IS NOT NULL;
CREATE INDEX approvals_pending ON approvals (user_id, requested_at) WHERE state = 'pending';
CREATE INDEX approvals_due ON approvals (expires_at) WHERE state = 'pending';
CREATE INDEX approvals_settled ON approvals (user_id, settled_at) WHERE settled_at IS NOT NULL;

CREATE TABLE grants_anew (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    client_id TEXT NOT NULL REFERENCES clients (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    approval_id BLOB NOT NULL UNIQUE REFERENCES approvals (id),
    scope TEXT NOT NULL,
    resource TEXT,
    audience TEXT,
    verification_mode TEXT NOT NULL CHECK (verification_mode = 'none' OR verification_mode = 'compare'
        OR verification_mode = 'choose' OR verification_mode = 'transfer'),
    decided_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    CHECK ((resource IS NULL) = (audience IS NULL))
) STRICT;
INSERT INTO grants_anew SELECT * FROM grants;
DROP TABLE grants;
ALTER TABLE grants_anew RENAME TO grants;
CREATE INDEX grants_living_of_user ON grants (user_id) WHERE revoked_at IS NULL;
CREATE INDEX grants_living_of_client ON grants (client_id) WHERE revoked_at IS NULL;
