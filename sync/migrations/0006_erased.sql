-- Contacts that were erased by right: a server restored from an older backup is told again.

CREATE TABLE erased (
    doc   BLOB NOT NULL PRIMARY KEY,  -- the record
    at    INTEGER NOT NULL,           -- ms UTC, the server's clock when they were erased; forgotten 90 days later
    proof BLOB NOT NULL,              -- what makes it the word of the municipality
    again INTEGER NOT NULL DEFAULT 0  -- 1: the server was restored and is to be told
) STRICT, WITHOUT ROWID;
