-- The municipal log and everything the server alone writes. Times are milliseconds since 1970 UTC.

CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY, -- epoch, municipality, reference, lists_version
    value TEXT NOT NULL
) STRICT;

-- What happened, in the one order everybody follows. Rows are only ever appended.
CREATE TABLE log (
    seq        INTEGER NOT NULL PRIMARY KEY,                                       -- place, from 1, without gaps
    at         INTEGER NOT NULL,                                                   -- when the server took it
    device     BLOB,                                                               -- who wrote it; NULL: the municipality
    doc        BLOB NOT NULL,                                                      -- the record it belongs to
    body       TEXT NOT NULL CHECK (body IN ('change', 'entry', 'move')),          -- what the row is
    kind       TEXT NOT NULL DEFAULT '',                                           -- kind of record, for changes
    hash       BLOB,                                                               -- hash of the change
    actor      BLOB,                                                               -- Automerge actor of the change
    actor_seq  INTEGER,                                                            -- the actor's running number in this record
    bytes      BLOB NOT NULL DEFAULT x'',                                          -- the change chunk, or the entry as CBOR
    moved_from TEXT NOT NULL DEFAULT '',                                           -- community left, for moves
    moved_to   TEXT NOT NULL DEFAULT '',                                           -- community entered, for moves
    UNIQUE (doc, hash),
    UNIQUE (doc, actor, actor_seq)
) STRICT;
CREATE INDEX log_entries ON log (seq) WHERE body = 'entry';

-- Where each record belongs now.
CREATE TABLE docs (
    doc       BLOB NOT NULL PRIMARY KEY, -- the record
    kind      TEXT NOT NULL,             -- request or asset
    community TEXT NOT NULL DEFAULT ''   -- community code; empty: none
) STRICT;

-- The protocol register: a number is given once and never reused.
CREATE TABLE numbers (
    year        INTEGER NOT NULL,        -- Athens year
    number      INTEGER NOT NULL,        -- from 1, without gaps
    doc         BLOB NOT NULL UNIQUE,    -- the record that got it
    received_at INTEGER NOT NULL,        -- confirmation at the station, as the device claims
    seq         INTEGER NOT NULL UNIQUE, -- place of the entry in the log
    PRIMARY KEY (year, number)
) STRICT;

-- Who did what; each row's hash covers the one before.
CREATE TABLE audit (
    place   INTEGER NOT NULL PRIMARY KEY, -- from 1, without gaps
    at      INTEGER NOT NULL,             -- when
    device  BLOB,                         -- the device it came from; NULL: the server itself
    who     TEXT NOT NULL DEFAULT '',     -- the person the device is given to
    what    TEXT NOT NULL,                -- what was done, such as change.accepted
    subject BLOB NOT NULL DEFAULT x'',    -- hash of the change, or id of the device or invite
    hash    BLOB NOT NULL                 -- SHA-256 over the previous hash and this row
) STRICT;

CREATE TABLE devices (
    id          BLOB NOT NULL PRIMARY KEY,
    station     TEXT NOT NULL UNIQUE,          -- short code that opens its receipt numbers
    key         BLOB NOT NULL,                 -- Ed25519 public key
    role        TEXT NOT NULL,                 -- crew, clerk or admin
    name        TEXT NOT NULL,                 -- what people call it
    person      TEXT NOT NULL DEFAULT '',      -- who works with it
    crew        TEXT,                          -- the crew it works for
    communities TEXT NOT NULL DEFAULT '[]',    -- JSON array of codes; empty: all
    counter     INTEGER NOT NULL DEFAULT 0,    -- of its last signed request
    enrolled_at INTEGER NOT NULL,
    seen_at     INTEGER,                       -- last exchange
    revoked_at  INTEGER,                       -- NULL while it may take part
    pending     INTEGER NOT NULL DEFAULT 0,    -- changes it said it still held
    version     TEXT NOT NULL DEFAULT ''       -- of the app
) STRICT;

-- One-time codes that let a device in.
CREATE TABLE invites (
    code_hash   BLOB NOT NULL PRIMARY KEY,  -- SHA-256 of the code; the code itself is shown once
    role        TEXT NOT NULL,
    name        TEXT NOT NULL,
    person      TEXT NOT NULL DEFAULT '',
    crew        TEXT,
    communities TEXT NOT NULL DEFAULT '[]',
    expires_at  INTEGER NOT NULL,
    used_by     BLOB                        -- the device that came with it
) STRICT;

-- Wrong codes per minute, so that guessing stays slow after a restart too.
CREATE TABLE tries (
    minute INTEGER NOT NULL PRIMARY KEY, -- minutes since 1970 UTC
    count  INTEGER NOT NULL
) STRICT;

-- Changes that were not taken, kept for the desk.
CREATE TABLE refused (
    hash   BLOB NOT NULL,               -- of the change as it came
    device BLOB NOT NULL,               -- who sent it
    doc    BLOB NOT NULL,               -- the record it named
    at     INTEGER NOT NULL,            -- when it came first
    reason TEXT NOT NULL,               -- JSON of the refusal
    bytes  BLOB NOT NULL DEFAULT x'',   -- empty when too large to keep
    PRIMARY KEY (device, hash)
) STRICT;
CREATE INDEX refused_newest ON refused (at);

CREATE TABLE crews (
    id          TEXT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL,
    department  TEXT NOT NULL,
    communities TEXT NOT NULL DEFAULT '[]' -- JSON array of codes
) STRICT;

-- Which record came from which row of another system.
CREATE TABLE import_sources (
    source    TEXT NOT NULL, -- name of the other system
    source_id TEXT NOT NULL, -- its id there
    doc       BLOB NOT NULL, -- the record here
    digest    BLOB NOT NULL, -- SHA-256 of the row as last imported
    PRIMARY KEY (source, source_id)
) STRICT;
