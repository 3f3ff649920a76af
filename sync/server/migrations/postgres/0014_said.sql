-- What the audit says besides who did what to whom, as JSON: why, the row of the log with its hash, what was before and is now.
-- Empty: nothing, as in every row from before.
ALTER TABLE audit ADD COLUMN said TEXT NOT NULL DEFAULT '';
