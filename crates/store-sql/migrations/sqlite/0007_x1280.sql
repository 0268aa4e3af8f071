-- X.1280 mutual sign-in. The codes, the tokens of sockets and the response keys of services are derived, so that they are
-- in no table; what people's credentials say, and the identities made of it, are sealed and erased.

-- A service is a client of its own id; whether it is disabled is the client's state. Scopes are words with a space
-- between.
CREATE TABLE services (
    id TEXT NOT NULL PRIMARY KEY REFERENCES clients (id) CHECK (id LIKE 'svc\_%' ESCAPE '\'),
    name TEXT NOT NULL CHECK (length(name) > 0),
    logo_url TEXT,
    privacy_url TEXT,
    allowed_scopes TEXT NOT NULL CHECK (length(allowed_scopes) > 0),
    default_scopes TEXT NOT NULL CHECK (length(default_scopes) > 0),
    audience TEXT NOT NULL CHECK (length(audience) > 0),
    claim_style TEXT NOT NULL CHECK (claim_style IN ('snake', 'camel')),
    consent_required INTEGER NOT NULL CHECK (consent_required IN (0, 1)),
    vds_issued_at INTEGER NOT NULL CHECK (vds_issued_at % 1000 = 0),
    vds_expires_at INTEGER NOT NULL CHECK (vds_expires_at > vds_issued_at),
    response_key_version INTEGER NOT NULL CHECK (response_key_version > 0),
    created_at INTEGER NOT NULL
) STRICT;

-- The web pages that may ask in its name.
CREATE TABLE service_origins (
    service_id TEXT NOT NULL REFERENCES services (id),
    position INTEGER NOT NULL CHECK (position >= 0),
    origin TEXT NOT NULL CHECK (length(origin) > 0),
    PRIMARY KEY (service_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX service_origins_known ON service_origins (origin);

-- Keys of other issuers of credentials. A reference is short and chosen by others, so that two keys may share one.
CREATE TABLE trust_anchors (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name TEXT NOT NULL CHECK (length(name) > 0),
    issuer TEXT NOT NULL CHECK (length(issuer) > 0),
    reference BLOB NOT NULL CHECK (length(reference) BETWEEN 1 AND 128),
    usage TEXT NOT NULL CHECK (usage IN ('person', 'service')),
    jwk TEXT NOT NULL,
    not_before INTEGER,
    not_after INTEGER,
    added_at INTEGER NOT NULL,
    removed_at INTEGER,
    CHECK (not_before IS NULL OR not_after IS NULL OR not_before < not_after)
) STRICT;
CREATE INDEX trust_anchors_referred ON trust_anchors (reference) WHERE removed_at IS NULL;

-- A credential that was revoked before anybody showed it has an id and its revocation only.
CREATE TABLE credentials (
    token_id TEXT NOT NULL PRIMARY KEY CHECK (length(token_id) BETWEEN 1 AND 128),
    issuer TEXT,
    issuer_key TEXT,
    expires_at INTEGER,
    user_id BLOB REFERENCES users (id),
    sealed_claims BLOB CHECK (length(sealed_claims) > 28),
    recorded_at INTEGER NOT NULL,
    revoked_at INTEGER,
    revoked_reason TEXT,
    CHECK ((issuer IS NULL) = (issuer_key IS NULL)),
    CHECK (issuer IS NOT NULL OR (revoked_at IS NOT NULL AND expires_at IS NULL AND user_id IS NULL)),
    CHECK (sealed_claims IS NULL OR (revoked_at IS NULL AND user_id IS NOT NULL)),
    CHECK (revoked_reason IS NULL OR revoked_at IS NOT NULL)
) STRICT;
CREATE INDEX credentials_with_claims ON credentials (expires_at) WHERE sealed_claims IS NOT NULL;

CREATE TABLE enrolments (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    token_id TEXT NOT NULL REFERENCES credentials (token_id),
    authenticator_id BLOB NOT NULL REFERENCES authenticators (id),
    device_id TEXT NOT NULL CHECK (length(device_id) > 0),
    enrolled_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE UNIQUE INDEX enrolments_living ON enrolments (token_id) WHERE revoked_at IS NULL;
CREATE INDEX enrolments_of_token ON enrolments (token_id, revoked_at);
CREATE INDEX enrolments_of_authenticator ON enrolments (authenticator_id) WHERE revoked_at IS NULL;

CREATE TABLE enrolment_challenges (
    digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    spent_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX enrolment_challenges_expiring ON enrolment_challenges (expires_at);

-- Without answered_at nobody has approved; with it and without an answer, the answer was erased.
CREATE TABLE x1280_sessions (
    id TEXT NOT NULL PRIMARY KEY CHECK (id LIKE 'sess\_%' ESCAPE '\'),
    token_id TEXT NOT NULL CHECK (length(token_id) > 0),
    enrolment_id BLOB NOT NULL REFERENCES enrolments (id),
    service_id TEXT NOT NULL REFERENCES services (id),
    approval_id BLOB NOT NULL REFERENCES approvals (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    last_refusal TEXT CHECK (last_refusal IN ('Invalid signature', 'Invalid OTP', 'Too many attempts', 'User rejected')),
    answered_at INTEGER,
    answer BLOB CHECK (length(answer) > 28),
    CHECK (answer IS NULL OR answered_at IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX x1280_sessions_expiring ON x1280_sessions (expires_at);
CREATE INDEX x1280_sessions_answered ON x1280_sessions (expires_at) WHERE answer IS NOT NULL;

-- A phone that enrols a credential with the key that it has already is the same phone.
CREATE INDEX authenticators_living_key ON authenticators (thumbprint, enrolled_at) WHERE revoked_at IS NULL;
