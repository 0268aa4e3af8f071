-- What waits is few and found by its person among what waits. Only what is settled is looked for by its number, so a
-- request need not be entered there when it is asked: that was one page of the person's own to write for each.
DROP INDEX approvals_changed;
CREATE INDEX approvals_changed ON approvals (user_id, revision) WHERE settled_at IS NOT NULL;
