-- What was asked lately is found among what is pending and what was settled lately; an index of its own would cost each
-- request one more page to write.
DROP INDEX approvals_requested;
