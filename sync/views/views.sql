-- Views: built from docs and entries, dropped and rebuilt whenever their version changes.

CREATE TABLE requests (
    n             INTEGER PRIMARY KEY,     -- row of docs
    doc           BLOB NOT NULL UNIQUE,
    receipt       TEXT NOT NULL,           -- receipt number
    protocol      TEXT NOT NULL DEFAULT '',-- protocol number as printed
    registered_at INTEGER NOT NULL DEFAULT 0,
    category      TEXT NOT NULL,
    grp           TEXT NOT NULL,           -- category group
    community     TEXT NOT NULL,
    settlement    TEXT NOT NULL,
    spot          TEXT NOT NULL,
    text          TEXT NOT NULL,           -- first 200 characters
    status        TEXT NOT NULL,
    open          INTEGER NOT NULL,
    priority      INTEGER NOT NULL,
    department    TEXT NOT NULL,
    crew          TEXT NOT NULL,
    day           TEXT NOT NULL,
    asset         BLOB,
    received_at   INTEGER NOT NULL,        -- ms UTC
    due_at        INTEGER NOT NULL,        -- ms UTC: received plus the category's target hours
    status_at     INTEGER NOT NULL,        -- ms UTC of the event that decides the state
    clashes       INTEGER NOT NULL,
    lat           REAL,                    -- degrees north (WGS 84)
    lon           REAL,                    -- degrees east
    same_as       BLOB,                    -- the request it was joined with
    unheard       INTEGER NOT NULL,        -- 1: closed by somebody who could not see that it was reported again
    began_done    INTEGER NOT NULL,        -- 1: it began with a community's memo, nobody had asked for it
    urgent        INTEGER NOT NULL,        -- 1: a community took measures at once
    cost          INTEGER NOT NULL,        -- cents of a euro that proposed works may cost; 0: not said
    rank          INTEGER NOT NULL,        -- where the council of the community put a proposal, from 1; 0: nowhere
    asks          INTEGER NOT NULL         -- 1: asks for a protocol number
) STRICT;

CREATE TABLE assets (
    n            INTEGER PRIMARY KEY,
    doc          BLOB NOT NULL UNIQUE,
    kind         TEXT NOT NULL,
    number       TEXT NOT NULL,
    number_key   BLOB NOT NULL,            -- collation key of number and name
    name         TEXT NOT NULL,
    community    TEXT NOT NULL,
    settlement   TEXT NOT NULL,
    spot         TEXT NOT NULL,
    condition    INTEGER NOT NULL,         -- 0 never inspected
    added_at     INTEGER NOT NULL,         -- when it was written down, by that device's clock
    seen_at      INTEGER NOT NULL,         -- ms UTC: when anybody last saw it; 0: never
    missing      INTEGER NOT NULL,         -- 1: a round looked for it since, in vain
    due_at       INTEGER NOT NULL,         -- ms UTC: when the next inspection is due; 0: never
    failed       INTEGER NOT NULL,         -- checks that were last found out of their limits
    inspected_at INTEGER NOT NULL,         -- ms UTC, 0 never
    retired      INTEGER NOT NULL,
    lat          REAL,                     -- degrees north (WGS 84)
    lon          REAL,                     -- degrees east
    tag          TEXT NOT NULL,            -- twelve digits, or empty
    clashes      INTEGER NOT NULL
) STRICT;

-- One row a photo of a record.
CREATE TABLE photos (
    n          INTEGER NOT NULL,           -- row of docs
    event      BLOB NOT NULL,              -- the event that added it
    doc        BLOB NOT NULL,
    file       BLOB NOT NULL,              -- SHA-256 of the picture
    size       INTEGER NOT NULL,           -- bytes of the picture
    thumb      BLOB NOT NULL,              -- SHA-256 of the small copy
    thumb_size INTEGER NOT NULL,           -- bytes of the small copy
    writer     BLOB NOT NULL,              -- the device that added it
    added_at   INTEGER NOT NULL,           -- ms UTC, the writer's clock
    PRIMARY KEY (n, event)
) STRICT, WITHOUT ROWID;

-- One row a memo of a community that the work was done.
CREATE TABLE memos (
    n      INTEGER NOT NULL,               -- row of docs
    event  BLOB NOT NULL,                  -- the event that says so
    day    TEXT NOT NULL,                  -- YYYY-MM-DD: when it was done
    by     TEXT NOT NULL,                  -- who did it, in the community's words
    note   TEXT NOT NULL,                  -- what was done, in the community's words
    PRIMARY KEY (n, event)
) STRICT, WITHOUT ROWID;

-- What each round says of an asset.
CREATE TABLE sightings (
    round  TEXT NOT NULL,                  -- the name of the round
    n      INTEGER NOT NULL,               -- row of docs
    found  INTEGER NOT NULL,               -- 1 seen, 0 looked for in vain
    at     INTEGER NOT NULL,               -- ms UTC, the writer's clock
    writer BLOB NOT NULL,                  -- the device
    PRIMARY KEY (round, n)
) STRICT, WITHOUT ROWID;

-- Folded Greek words and their sound, for both kinds; the row is that of docs.
CREATE VIRTUAL TABLE search USING fts5 (
    words, sounds,
    content = '', contentless_delete = 1,
    tokenize = 'unicode61 remove_diacritics 0',
    prefix = '2 3'
);
-- By default four segments are enough for a merge, and then every hundredth save waits for one (p99 of a save 12 ms, so 3 ms).
INSERT INTO search (search, rank) VALUES ('automerge', 16);
