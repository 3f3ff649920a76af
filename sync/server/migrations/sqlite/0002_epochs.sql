-- Logs that ended when a backup was restored, so that devices which followed them know how much still holds.

CREATE TABLE epochs (
    place    INTEGER NOT NULL PRIMARY KEY, -- order, from 1
    epoch    TEXT NOT NULL UNIQUE,         -- name of the log that ended
    head     INTEGER NOT NULL,             -- its last place that the next log has too
    entries  INTEGER NOT NULL,             -- the last place of its register that the next log has too
    ended_at INTEGER NOT NULL              -- when the backup was restored
) STRICT;

-- The epoch in which the device has handed over again all it had.
ALTER TABLE devices ADD COLUMN epoch TEXT NOT NULL DEFAULT '';
