-- Asked for by itself: a statement that reads the table it updates keeps its rows in a temporary table first.
SELECT coalesce(max(revision), 0) + 1
FROM approvals
