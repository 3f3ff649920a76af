-- What the audit says besides who did what to whom, as JSON: why, the row of the log with its hash, what was before and is now.
-- Empty: nothing, as in every row from before.
ALTER TABLE audit ADD COLUMN said TEXT NOT NULL DEFAULT '';
-- A server from before, which would not say it, writes nothing any more.
ALTER TABLE audit ALTER COLUMN said DROP DEFAULT;
