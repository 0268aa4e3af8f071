-- The first schema. Released migrations never change; a test pins their SHA-256.
--
-- Ids are the 16 bytes of a UUID, digests the 32 bytes of SHA-256, times milliseconds since 1970-01-01 UTC, JSON and
-- JWKs are text that the provider parses. A fact has a time (revoked_at), not a flag. The CHECKs say which rows are
-- states: what they refuse can never be read back as half a decision.
--
-- Foreign keys are immediate. Deferred ones are checked by COMMIT, where one bad work would take its whole group with
-- it. That is why clients, devices and authenticators, which are written as pairs, do not reference each other, and why
-- approvals.grant_id references nothing: the approval is redeemed first (it decides the race), then the grant is added.

CREATE TABLE organisations (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    domain TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Every name that usernames may end in, folded, with the place it has in the organisation: 0 is the domain.
CREATE TABLE organisation_names (
    folded TEXT NOT NULL PRIMARY KEY,
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    position INTEGER NOT NULL CHECK (position >= 0),
    shown TEXT NOT NULL,
    UNIQUE (organisation_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    local_key TEXT NOT NULL,
    username TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('master', 'admin', 'auditor', 'user')),
    name TEXT,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER,
    UNIQUE (organisation_id, local_key)
) STRICT;

CREATE TABLE clients (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 255),
    kind TEXT NOT NULL,
    device_id BLOB CHECK (length(device_id) = 16),
    authenticator_id BLOB CHECK (length(authenticator_id) = 16),
    user_id BLOB REFERENCES users (id),
    metadata TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER,
    CHECK (CASE kind
        WHEN 'device' THEN device_id IS NOT NULL AND authenticator_id IS NULL AND user_id IS NULL
        WHEN 'authenticator' THEN device_id IS NULL AND authenticator_id IS NOT NULL AND user_id IS NOT NULL
        WHEN 'service' THEN device_id IS NULL AND authenticator_id IS NULL AND user_id IS NULL
        ELSE FALSE END)
) STRICT;

-- RFC 7523 §3: a jti is remembered until its assertion would be refused as too old anyway.
CREATE TABLE client_assertions (
    client_id TEXT NOT NULL,
    jti TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, jti)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_assertions_expiring ON client_assertions (expires_at);

CREATE TABLE device_registrations (
    verification_code TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    location TEXT NOT NULL,
    domain TEXT NOT NULL,
    role TEXT NOT NULL,
    system TEXT NOT NULL,
    memory INTEGER NOT NULL CHECK (memory >= 0),
    jwk TEXT NOT NULL,
    thumbprint TEXT NOT NULL,
    key_type TEXT NOT NULL,
    address TEXT,
    requested_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    decided_at INTEGER,
    decided_by TEXT,
    device_id BLOB CHECK (length(device_id) = 16),
    client_id TEXT,
    reason TEXT,
    CHECK (CASE state
        WHEN 'pending' THEN decided_at IS NULL AND decided_by IS NULL
            AND device_id IS NULL AND client_id IS NULL AND reason IS NULL
        WHEN 'approved' THEN decided_at IS NOT NULL AND decided_by IS NOT NULL
            AND device_id IS NOT NULL AND client_id IS NOT NULL AND reason IS NULL
        WHEN 'rejected' THEN decided_at IS NOT NULL AND decided_by IS NOT NULL
            AND device_id IS NULL AND client_id IS NULL
        ELSE FALSE END)
) STRICT;
CREATE INDEX device_registrations_undecided ON device_registrations (expires_at) WHERE state = 'pending';

CREATE TABLE devices (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    client_id TEXT NOT NULL UNIQUE,
    verification_code TEXT NOT NULL,
    title TEXT NOT NULL,
    location TEXT NOT NULL,
    domain TEXT NOT NULL,
    role TEXT NOT NULL,
    system TEXT NOT NULL,
    memory INTEGER NOT NULL CHECK (memory >= 0),
    thumbprint TEXT NOT NULL,
    key_type TEXT NOT NULL,
    approved_at INTEGER NOT NULL,
    approved_by TEXT NOT NULL,
    suspended_at INTEGER,
    revoked_at INTEGER
) STRICT;

CREATE TABLE applications (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind TEXT NOT NULL CHECK (kind IN ('server', 'server_matrix', 'server_discourse', 'server_oauth2',
        'server_blockchain', 'client', 'client_oidc', 'client_kyc')),
    name TEXT NOT NULL,
    hostname TEXT UNIQUE,
    client_identifier TEXT UNIQUE,
    description TEXT,
    client_id TEXT,
    verification_mode TEXT CHECK (verification_mode IN ('none', 'compare', 'choose', 'transfer')),
    is_hidden INTEGER NOT NULL CHECK (is_hidden IN (0, 1)),
    is_dependent INTEGER NOT NULL CHECK (is_dependent IN (0, 1)),
    created_at INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT;
CREATE INDEX applications_of_client ON applications (client_id, created_at);

CREATE TABLE authenticators (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    client_id TEXT NOT NULL UNIQUE,
    user_id BLOB NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    platform TEXT NOT NULL,
    thumbprint TEXT NOT NULL,
    enrolled_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX authenticators_of_user ON authenticators (user_id, enrolled_at);

CREATE TABLE invitations (
    digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    user_id BLOB NOT NULL REFERENCES users (id),
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    spent_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX invitations_expiring ON invitations (expires_at);

CREATE TABLE login_hint_tokens (
    digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    user_id BLOB NOT NULL REFERENCES users (id),
    authenticator_id BLOB NOT NULL REFERENCES authenticators (id),
    expires_at INTEGER NOT NULL,
    spent_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX login_hint_tokens_expiring ON login_hint_tokens (expires_at);

-- settled_at is when the row left 'pending': the moment of the decision, or the end.
CREATE TABLE approvals (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind TEXT NOT NULL CHECK (kind IN ('login', 'consent', 'mutual')),
    user_id BLOB REFERENCES users (id),
    client_id TEXT NOT NULL REFERENCES clients (id),
    application_id BLOB REFERENCES applications (id),
    shown TEXT NOT NULL,
    digest TEXT NOT NULL CHECK (length(digest) = 43),
    verification_mode TEXT NOT NULL CHECK (verification_mode IN ('none', 'compare', 'choose', 'transfer')),
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
    cause TEXT CHECK (cause IN ('timed_out', 'wrong_codes', 'superseded')),
    redeemed_at INTEGER,
    grant_id BLOB CHECK (length(grant_id) = 16),
    CHECK (CASE state
        WHEN 'pending' THEN settled_at IS NULL
        WHEN 'approved' THEN settled_at IS NOT NULL
        WHEN 'denied' THEN settled_at IS NOT NULL
        WHEN 'expired' THEN settled_at IS NOT NULL
        WHEN 'redeemed' THEN settled_at IS NOT NULL
        ELSE FALSE END),
    CHECK ((state IN ('approved', 'denied', 'redeemed')) = (decided_by IS NOT NULL)),
    CHECK ((decided_by IS NULL) = (decision_jws IS NULL)),
    CHECK ((decided_by IS NULL) = (granted IS NULL)),
    CHECK ((state = 'denied') = (not_me IS NOT NULL)),
    CHECK ((state = 'expired') = (cause IS NOT NULL)),
    CHECK ((state = 'redeemed') = (redeemed_at IS NOT NULL)),
    CHECK ((redeemed_at IS NULL) = (grant_id IS NULL))
) STRICT;
CREATE UNIQUE INDEX approvals_revision ON approvals (revision);
CREATE INDEX approvals_changed ON approvals (user_id, revision);
CREATE INDEX approvals_requested ON approvals (user_id, requested_at);
CREATE INDEX approvals_pending ON approvals (user_id, requested_at) WHERE state = 'pending';
CREATE INDEX approvals_due ON approvals (expires_at) WHERE state = 'pending';
CREATE INDEX approvals_settled ON approvals (user_id, settled_at) WHERE settled_at IS NOT NULL;

CREATE TABLE approval_stops (
    user_id BLOB NOT NULL REFERENCES users (id),
    client_id TEXT NOT NULL REFERENCES clients (id),
    stopped_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, client_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE ciba_requests (
    digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    approval_id BLOB NOT NULL REFERENCES approvals (id),
    client_id TEXT NOT NULL REFERENCES clients (id),
    scope TEXT NOT NULL,
    resource TEXT,
    audience TEXT,
    requested_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    poll_interval INTEGER NOT NULL CHECK (poll_interval >= 0),
    polled_at INTEGER,
    CHECK ((resource IS NULL) = (audience IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX ciba_requests_expiring ON ciba_requests (expires_at);

-- verification_mode and decided_at are the evidence: acr, amr and auth_time come from them and from nothing else.
CREATE TABLE grants (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    client_id TEXT NOT NULL REFERENCES clients (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    approval_id BLOB NOT NULL UNIQUE REFERENCES approvals (id),
    scope TEXT NOT NULL,
    resource TEXT,
    audience TEXT,
    verification_mode TEXT NOT NULL CHECK (verification_mode IN ('none', 'compare', 'choose', 'transfer')),
    decided_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    CHECK ((resource IS NULL) = (audience IS NULL))
) STRICT;
CREATE INDEX grants_living_of_user ON grants (user_id) WHERE revoked_at IS NULL;
CREATE INDEX grants_living_of_client ON grants (client_id) WHERE revoked_at IS NULL;

CREATE TABLE access_tokens (
    digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    client_id TEXT NOT NULL REFERENCES clients (id),
    subject TEXT NOT NULL,
    device_id BLOB CHECK (length(device_id) = 16),
    user_id BLOB REFERENCES users (id),
    grant_id BLOB REFERENCES grants (id),
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    CHECK (CASE subject
        WHEN 'device' THEN device_id IS NOT NULL AND user_id IS NULL AND grant_id IS NULL
        WHEN 'authenticator' THEN device_id IS NULL AND user_id IS NOT NULL AND grant_id IS NULL
        WHEN 'service' THEN device_id IS NULL AND user_id IS NULL AND grant_id IS NULL
        WHEN 'grant' THEN device_id IS NULL AND user_id IS NULL AND grant_id IS NOT NULL
        ELSE FALSE END)
) STRICT, WITHOUT ROWID;
CREATE INDEX access_tokens_expiring ON access_tokens (expires_at);

-- A spent token stays until its end, so that a second use is seen and ends the family (RFC 9700 §4.14.2).
CREATE TABLE refresh_tokens (
    digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    grant_id BLOB NOT NULL REFERENCES grants (id),
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    spent_at INTEGER,
    spent_request BLOB CHECK (length(spent_request) = 32),
    spent_answer BLOB,
    CHECK ((spent_at IS NULL) = (spent_request IS NULL)),
    CHECK (spent_answer IS NULL OR spent_at IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_expiring ON refresh_tokens (expires_at);
CREATE INDEX refresh_tokens_answered ON refresh_tokens (spent_at) WHERE spent_answer IS NOT NULL;

CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    sealed BLOB NOT NULL,
    jwk TEXT NOT NULL,
    announced_at INTEGER NOT NULL,
    active_at INTEGER NOT NULL,
    retained_at INTEGER,
    retired_at INTEGER,
    revoked_at INTEGER
) STRICT;

CREATE TABLE audit_records (
    seq INTEGER NOT NULL PRIMARY KEY CHECK (seq > 0),
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- One row: the end of the chain.
CREATE TABLE audit_head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL CHECK (seq >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    mac BLOB NOT NULL CHECK (length(mac) = 32)
) STRICT;
