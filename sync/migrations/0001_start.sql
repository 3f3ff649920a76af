-- What is kept: docs, what waits to be sent, what the municipality decided. Views stand in views.sql and are rebuilt.

CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,  -- 'cursor', 'epoch', 'first', 'lists', 'station', 'language', 'view_version' ...
    value TEXT NOT NULL               -- plain text or JSON
) STRICT, WITHOUT ROWID;

-- One row a record: its whole history as one saved Automerge doc.
CREATE TABLE docs (
    n         INTEGER PRIMARY KEY,        -- order of arrival here; also the row of the search index
    doc       BLOB NOT NULL UNIQUE,       -- UUIDv7
    kind      INTEGER NOT NULL,           -- 0 request, 1 asset
    saved     BLOB NOT NULL,              -- saved doc, uncompressed inside
    logged_at INTEGER NOT NULL DEFAULT 0, -- ms UTC: the server's clock at the newest change it logged
    changed   INTEGER NOT NULL DEFAULT 0  -- place in the log of the newest logged change
) STRICT;

-- What was saved here, oldest first. A row leaves 'on_device' and 'sent' only by the server's word.
CREATE TABLE outbox (
    n        INTEGER PRIMARY KEY AUTOINCREMENT,
    hash     BLOB NOT NULL UNIQUE,        -- SHA-256 that names the change
    doc      BLOB NOT NULL,
    kind     INTEGER NOT NULL,
    bytes    BLOB NOT NULL,               -- the change chunk; empty once received (the doc holds it)
    size     INTEGER NOT NULL,            -- bytes of the chunk
    what     TEXT NOT NULL,               -- 'entered', 'edited', or the tag of the event
    saved_at INTEGER NOT NULL,            -- ms UTC, this device's clock
    state    TEXT NOT NULL DEFAULT 'on_device', -- on_device | sent | received | needs_decision
    tries    INTEGER NOT NULL DEFAULT 0,
    reason   TEXT NOT NULL DEFAULT '',    -- code of the server's reason when it refused
    seq      INTEGER NOT NULL DEFAULT 0   -- place in the server's log, from the receipt
) STRICT;
CREATE INDEX outbox_by_state ON outbox (state, n);
CREATE INDEX outbox_by_doc ON outbox (doc, state);

-- Decisions of the municipality (protocol numbers), copied from the server.
CREATE TABLE entries (
    place INTEGER NOT NULL PRIMARY KEY,   -- place in the chain
    doc   BLOB NOT NULL,
    at    INTEGER NOT NULL,               -- ms UTC, the server's clock
    hash  BLOB NOT NULL,
    words TEXT NOT NULL                   -- JSON of EntryWords
) STRICT;
CREATE INDEX entries_by_doc ON entries (doc);

-- Changes that came before what they depend on.
CREATE TABLE early (
    hash  BLOB NOT NULL PRIMARY KEY,
    doc   BLOB NOT NULL,
    kind  INTEGER NOT NULL,
    at    INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX early_by_doc ON early (doc);

-- What came from the server and did not pass the guard: kept for a person to look at, never fatal.
CREATE TABLE aside (
    n      INTEGER PRIMARY KEY AUTOINCREMENT,
    doc    BLOB NOT NULL,
    at     INTEGER NOT NULL,
    reason TEXT NOT NULL,
    bytes  BLOB NOT NULL
) STRICT;

-- What is being typed. Survives a crash of the window.
CREATE TABLE drafts (
    key      TEXT NOT NULL PRIMARY KEY,
    json     TEXT NOT NULL,
    saved_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Running numbers: 'receipt:<year>', 'signed' (the counter of signed requests).
CREATE TABLE counters (
    name  TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
