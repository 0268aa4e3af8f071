-- QR sign-in (onesid.md §10). Nothing secret is in these tables: what a session needs is derived from its id.
CREATE TABLE qr_sessions (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
    kind TEXT NOT NULL CHECK (kind IN ('qr', 'qr_legacy')),
    client_id TEXT NOT NULL REFERENCES clients (id),
    device_id BLOB NOT NULL CHECK (length(device_id) = 16),
    animated INTEGER NOT NULL CHECK (animated IN (0, 1)),
    ip TEXT,
    user_agent TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    scanned_at INTEGER,
    scanned_by BLOB REFERENCES authenticators (id),
    approval_id BLOB REFERENCES approvals (id),
    CHECK (CASE state
        WHEN 'waiting' THEN scanned_at IS NULL AND scanned_by IS NULL AND approval_id IS NULL
        WHEN 'scanned' THEN scanned_at IS NOT NULL AND scanned_by IS NOT NULL AND approval_id IS NULL
        WHEN 'requested' THEN scanned_at IS NOT NULL AND scanned_by IS NOT NULL AND approval_id IS NOT NULL
        ELSE FALSE END)
) STRICT, WITHOUT ROWID;
CREATE INDEX qr_sessions_expiring ON qr_sessions (expires_at);
CREATE INDEX qr_sessions_of_client ON qr_sessions (client_id, created_at);

-- Every scan of a phone counts towards its limit, whatever came of it.
CREATE TABLE qr_scans (
    authenticator_id BLOB NOT NULL REFERENCES authenticators (id),
    scanned_at INTEGER NOT NULL,
    scans INTEGER NOT NULL CHECK (scans > 0),
    PRIMARY KEY (authenticator_id, scanned_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX qr_scans_expiring ON qr_scans (scanned_at);
