-- Handing over again what a restored server lacks.

-- Accepted before, and in line again because the server was restored from a backup: 1 written here, 2 by another device.
ALTER TABLE outbox ADD COLUMN again INTEGER NOT NULL DEFAULT 0;

-- The register of a restored log may give an entry another place: what it says is what names it.
ALTER TABLE entries RENAME TO entries_before;
CREATE TABLE entries (
    doc   BLOB NOT NULL,
    words TEXT NOT NULL,                  -- JSON of EntryWords
    place INTEGER NOT NULL,               -- place in the chain
    at    INTEGER NOT NULL,               -- ms UTC, the server's clock
    hash  BLOB NOT NULL,
    PRIMARY KEY (doc, words)
) STRICT, WITHOUT ROWID;
INSERT INTO entries (doc, words, place, at, hash) SELECT doc, words, place, at, hash FROM entries_before;
DROP TABLE entries_before;
CREATE INDEX entries_by_place ON entries (place);
