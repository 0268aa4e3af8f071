-- An application that an operator removed stays as history: out of use for good, its names free for others.
ALTER TABLE applications ADD COLUMN removed_at INTEGER
    CHECK (removed_at IS NULL OR (disabled_at IS NOT NULL AND hostname IS NULL AND client_identifier IS NULL));
