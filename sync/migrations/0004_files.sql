-- Files of photos: what is on this device's disk, and what is at the town hall.

CREATE TABLE files (
    hash    BLOB NOT NULL PRIMARY KEY,  -- SHA-256 of its bytes, and its name in the folder of photos
    size    INTEGER NOT NULL,           -- bytes
    here    INTEGER NOT NULL DEFAULT 0, -- 1: whole on this device's disk
    town    INTEGER NOT NULL DEFAULT 0, -- ms UTC, this device's clock when the server said that it has it; 0: it has not, as far as is known
    wanted  INTEGER NOT NULL DEFAULT 0, -- 1: somebody wants to see it
    kept_at INTEGER NOT NULL,           -- ms UTC, this device's clock when it came here
    about   TEXT NOT NULL DEFAULT ''    -- of a picture taken here: JSON of what a record will say of it
) STRICT, WITHOUT ROWID;
CREATE INDEX files_waiting ON files (kept_at) WHERE here = 1 AND town = 0;
