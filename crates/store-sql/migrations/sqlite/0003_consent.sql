-- Personal data, sealed under the sealing key and bound to person and name: the shortest is one byte and the seal's 28.
CREATE TABLE user_data (
    user_id BLOB NOT NULL REFERENCES users (id),
    name TEXT NOT NULL CHECK (name IN ('firstName', 'lastName', 'localizedFirstName', 'localizedLastName',
        'identityDocumentNumber', 'identityDocumentIssueDate', 'identityDocumentExpiryDate', 'dateOfBirth', 'email',
        'phoneNumber', 'localizedFullName', 'fullName')),
    sealed BLOB NOT NULL CHECK (length(sealed) > 28),
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, name)
) STRICT, WITHOUT ROWID;

-- A request for personal data. Names, reason and decision stand in its approval; values stand in user_data only.
CREATE TABLE consents (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    approval_id BLOB NOT NULL UNIQUE REFERENCES approvals (id),
    client_id TEXT NOT NULL REFERENCES clients (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    resource TEXT NOT NULL,
    requested_at INTEGER NOT NULL,
    receipt TEXT,
    revoked_at INTEGER
) STRICT;
CREATE INDEX consents_of_user ON consents (user_id);
