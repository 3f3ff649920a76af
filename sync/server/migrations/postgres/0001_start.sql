-- The municipal log and everything the server alone writes. Times are milliseconds since 1970 UTC.

CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY, -- epoch, municipality, reference, lists_version
    value TEXT NOT NULL
);

-- What happened, in the one order everybody follows. Rows are only ever appended.
CREATE TABLE log (
    seq        BIGINT NOT NULL PRIMARY KEY,                                       -- place, from 1, without gaps
    at         BIGINT NOT NULL,                                                   -- when the server took it
    device     BYTEA,                                                               -- who wrote it; NULL: the municipality
    doc        BYTEA NOT NULL,                                                      -- the record it belongs to
    body       TEXT NOT NULL CHECK (body IN ('change', 'entry', 'move')),          -- what the row is
    kind       TEXT NOT NULL DEFAULT '',                                           -- kind of record, for changes
    hash       BYTEA,                                                               -- hash of the change
    actor      BYTEA,                                                               -- Automerge actor of the change
    actor_seq  BIGINT,                                                            -- the actor's running number in this record
    bytes      BYTEA NOT NULL DEFAULT '',                                          -- the change chunk, or the entry as CBOR
    moved_from TEXT NOT NULL DEFAULT '',                                           -- community left, for moves
    moved_to   TEXT NOT NULL DEFAULT '',                                           -- community entered, for moves
    UNIQUE (doc, hash),
    UNIQUE (doc, actor, actor_seq)
);
CREATE INDEX log_entries ON log (seq) WHERE body = 'entry';

-- Where each record belongs now.
CREATE TABLE docs (
    doc       BYTEA NOT NULL PRIMARY KEY, -- the record
    kind      TEXT NOT NULL,             -- request or asset
    community TEXT NOT NULL DEFAULT ''   -- community code; empty: none
);

-- The protocol register: a number is given once and never reused.
CREATE TABLE numbers (
    year        BIGINT NOT NULL,        -- Athens year
    number      BIGINT NOT NULL,        -- from 1, without gaps
    doc         BYTEA NOT NULL UNIQUE,    -- the record that got it
    received_at BIGINT NOT NULL,        -- confirmation at the station, as the device claims
    seq         BIGINT NOT NULL UNIQUE, -- place of the entry in the log
    PRIMARY KEY (year, number)
);

-- Who did what; each row's hash covers the one before.
CREATE TABLE audit (
    place   BIGINT NOT NULL PRIMARY KEY, -- from 1, without gaps
    at      BIGINT NOT NULL,             -- when
    device  BYTEA,                         -- the device it came from; NULL: the server itself
    who     TEXT NOT NULL DEFAULT '',     -- the person the device is given to
    what    TEXT NOT NULL,                -- what was done, such as change.accepted
    subject BYTEA NOT NULL DEFAULT '',    -- hash of the change, or id of the device or invite
    hash    BYTEA NOT NULL                 -- SHA-256 over the previous hash and this row
);

CREATE TABLE devices (
    id          BYTEA NOT NULL PRIMARY KEY,
    station     TEXT NOT NULL UNIQUE,          -- short code that opens its receipt numbers
    key         BYTEA NOT NULL,                 -- Ed25519 public key
    role        TEXT NOT NULL,                 -- crew, clerk or admin
    name        TEXT NOT NULL,                 -- what people call it
    person      TEXT NOT NULL DEFAULT '',      -- who works with it
    crew        TEXT,                          -- the crew it works for
    communities TEXT NOT NULL DEFAULT '[]',    -- JSON array of codes; empty: all
    counter     BIGINT NOT NULL DEFAULT 0,    -- of its last signed request
    enrolled_at BIGINT NOT NULL,
    seen_at     BIGINT,                       -- last exchange
    revoked_at  BIGINT,                       -- NULL while it may take part
    pending     BIGINT NOT NULL DEFAULT 0,    -- changes it said it still held
    version     TEXT NOT NULL DEFAULT ''       -- of the app
);

-- One-time codes that let a device in.
CREATE TABLE invites (
    code_hash   BYTEA NOT NULL PRIMARY KEY,  -- SHA-256 of the code; the code itself is shown once
    role        TEXT NOT NULL,
    name        TEXT NOT NULL,
    person      TEXT NOT NULL DEFAULT '',
    crew        TEXT,
    communities TEXT NOT NULL DEFAULT '[]',
    expires_at  BIGINT NOT NULL,
    used_by     BYTEA                        -- the device that came with it
);

-- Wrong codes per minute, so that guessing stays slow after a restart too.
CREATE TABLE tries (
    minute BIGINT NOT NULL PRIMARY KEY, -- minutes since 1970 UTC
    count  BIGINT NOT NULL
);

-- Changes that were not taken, kept for the desk.
CREATE TABLE refused (
    hash   BYTEA NOT NULL,               -- of the change as it came
    device BYTEA NOT NULL,               -- who sent it
    doc    BYTEA NOT NULL,               -- the record it named
    at     BIGINT NOT NULL,            -- when it came first
    reason TEXT NOT NULL,               -- JSON of the refusal
    bytes  BYTEA NOT NULL DEFAULT '',   -- empty when too large to keep
    PRIMARY KEY (device, hash)
);
CREATE INDEX refused_newest ON refused (at);

CREATE TABLE crews (
    id          TEXT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL,
    department  TEXT NOT NULL,
    communities TEXT NOT NULL DEFAULT '[]' -- JSON array of codes
);

-- Which record came from which row of another system.
CREATE TABLE import_sources (
    source    TEXT NOT NULL, -- name of the other system
    source_id TEXT NOT NULL, -- its id there
    doc       BYTEA NOT NULL, -- the record here
    digest    BYTEA NOT NULL, -- SHA-256 of the row as last imported
    PRIMARY KEY (source, source_id)
);
