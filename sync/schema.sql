-- The replica: one SQLite file per installation, the same on a phone, at a desk and on the server.
--
-- A reading copy. What is executed stands in `migrations/` (what is kept) and `views/*.sql` (what is rebuilt);
-- `tests/tidy.rs` compares this file with a freshly opened replica and fails when they differ.
-- The file is opened with WAL and `synchronous=FULL`; `user_version` is the number of the last migration.
-- Times are milliseconds since 1970 UTC. Ids and hashes are raw bytes: 16 for a UUIDv7, 32 for a SHA-256.

--------------------------------------------------------------------------------------------------------------------
-- Kept: docs, what waits to be sent, what the municipality decided. Migrated, never dropped.
--------------------------------------------------------------------------------------------------------------------

-- Small values about this installation.
CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,      -- cursor, epoch, first, exchanged_at, entries_after, lists, station, cable, language, view_version
    value TEXT NOT NULL                   -- plain text or JSON
) STRICT, WITHOUT ROWID;

-- One row a record: its whole history as one saved Automerge doc.
CREATE TABLE docs (
    n         INTEGER PRIMARY KEY,        -- order of arrival here; also the row of the views and of the search index
    doc       BLOB NOT NULL UNIQUE,       -- id of the record
    kind      INTEGER NOT NULL,           -- 0 request, 1 asset
    saved     BLOB NOT NULL,              -- the saved doc, uncompressed inside so that pages of docs compress better
    logged_at INTEGER NOT NULL DEFAULT 0, -- the server's clock at the newest change it logged; 0: none yet
    changed   INTEGER NOT NULL DEFAULT 0  -- place in the log of the newest logged change, where it is known
) STRICT;

-- What was saved here, oldest first. A row leaves on_device and sent only by the server's word.
CREATE TABLE outbox (
    n        INTEGER PRIMARY KEY AUTOINCREMENT, -- order of saving; never used twice
    hash     BLOB NOT NULL UNIQUE,        -- names the change
    doc      BLOB NOT NULL,               -- the record it belongs to
    kind     INTEGER NOT NULL,            -- kind of the record, as in docs
    bytes    BLOB NOT NULL,               -- the change chunk; empty once received (the doc holds it)
    size     INTEGER NOT NULL,            -- bytes of the chunk
    what     TEXT NOT NULL,               -- entered, edited, or the tag of the event
    saved_at INTEGER NOT NULL,            -- this device's clock
    state    TEXT NOT NULL DEFAULT 'on_device', -- on_device, sent, received, needs_decision; with_desk: another's, refused
    tries    INTEGER NOT NULL DEFAULT 0,  -- how often it was sent
    reason   TEXT NOT NULL DEFAULT '',    -- code of the server's refusal; or waits, follows_refused
    seq      INTEGER NOT NULL DEFAULT 0,  -- place in the server's log, from the receipt
    again    INTEGER NOT NULL DEFAULT 0   -- in line again because the server was restored: 1 written here, 2 by another device
) STRICT;
CREATE INDEX outbox_by_state ON outbox (state, n);
CREATE INDEX outbox_by_doc ON outbox (doc, state);

-- Decisions of the municipality (protocol numbers), copied from the server.
CREATE TABLE entries (
    doc   BLOB NOT NULL,                  -- the record it is about
    words TEXT NOT NULL,                  -- JSON of EntryWords
    place INTEGER NOT NULL,               -- place in the chain of the register, from 1; another one after a restore
    at    INTEGER NOT NULL,               -- the server's clock
    hash  BLOB NOT NULL,                  -- hash of the chain at this place
    PRIMARY KEY (doc, words)              -- what it says is what names it
) STRICT, WITHOUT ROWID;
CREATE INDEX entries_by_place ON entries (place);

-- Changes that came before what they depend on.
CREATE TABLE early (
    hash  BLOB NOT NULL PRIMARY KEY,      -- names the change
    doc   BLOB NOT NULL,                  -- the record it belongs to
    kind  INTEGER NOT NULL,               -- kind of the record, as in docs
    at    INTEGER NOT NULL,               -- the server's clock when it logged the change
    bytes BLOB NOT NULL                   -- the change chunk
) STRICT, WITHOUT ROWID;
CREATE INDEX early_by_doc ON early (doc);

-- Records that left the scope, with work of this device in them: a server restored from a backup may lack that work.
CREATE TABLE departed (
    doc       BLOB NOT NULL PRIMARY KEY,  -- UUIDv7
    kind      INTEGER NOT NULL,  -- 0 request, 1 asset
    saved     BLOB NOT NULL,     -- saved doc, as in docs
    logged_at INTEGER NOT NULL,  -- ms UTC: the server's clock at the newest change it logged
    changed   INTEGER NOT NULL,  -- place in the log of the newest logged change
    left_at   INTEGER NOT NULL   -- ms UTC, the server's clock when it left; forgotten 120 days later
) STRICT, WITHOUT ROWID;

-- What came from the server and did not pass the guard: kept for a person to look at, never fatal.
CREATE TABLE aside (
    n      INTEGER PRIMARY KEY AUTOINCREMENT, -- order of arrival
    doc    BLOB NOT NULL,                 -- the record it was sent for
    at     INTEGER NOT NULL,              -- the server's clock
    reason TEXT NOT NULL,                 -- code of the refusal
    bytes  BLOB NOT NULL                  -- as it came: a change chunk or a saved doc
) STRICT;

-- Contacts of people, sealed to the key of the server: this device cannot read them.
CREATE TABLE contacts (
    doc      BLOB NOT NULL PRIMARY KEY,  -- the record it belongs to
    sealed   BLOB NOT NULL,              -- an age file after a mark, see EXCHANGE.md
    saved_at INTEGER NOT NULL,           -- ms UTC
    received INTEGER NOT NULL DEFAULT 0  -- ms UTC, durable at the server since then, kept on in case its backup is older; 0: not yet
) STRICT, WITHOUT ROWID;
CREATE INDEX contacts_waiting ON contacts (saved_at) WHERE received = 0;
CREATE INDEX contacts_received ON contacts (received) WHERE received > 0;

-- Contacts that were erased by right: a server restored from an older backup is told again.
CREATE TABLE erased (
    doc   BLOB NOT NULL PRIMARY KEY,  -- the record
    at    INTEGER NOT NULL,           -- ms UTC, the server's clock when they were erased; forgotten 90 days later
    proof BLOB NOT NULL,              -- what makes it the word of the municipality
    again INTEGER NOT NULL DEFAULT 0  -- 1: the server was restored and is to be told
) STRICT, WITHOUT ROWID;

-- Files of photos: what is on this device's disk, and what is at the town hall.
CREATE TABLE files (
    hash    BLOB NOT NULL PRIMARY KEY,  -- SHA-256 of its bytes, and its name in the folder of photos
    size    INTEGER NOT NULL,           -- bytes
    here    INTEGER NOT NULL DEFAULT 0, -- 1: whole on this device's disk
    town    INTEGER NOT NULL DEFAULT 0, -- ms UTC, when the server said that it has it; 0: it has not, as far as is known
    wanted  INTEGER NOT NULL DEFAULT 0, -- 1: somebody wants to see it
    kept_at INTEGER NOT NULL,           -- ms UTC, this device's clock when it came here
    about   TEXT NOT NULL DEFAULT ''    -- of a picture taken here: JSON of what a record will say of it
) STRICT, WITHOUT ROWID;
CREATE INDEX files_waiting ON files (kept_at) WHERE here = 1 AND town = 0;

-- What is being typed. Survives a crash of the window.
CREATE TABLE drafts (
    key      TEXT NOT NULL PRIMARY KEY,   -- the form
    json     TEXT NOT NULL,               -- of the form's own making, at most 256 KiB
    saved_at INTEGER NOT NULL             -- this device's clock
) STRICT, WITHOUT ROWID;

-- Running numbers.
CREATE TABLE counters (
    name  TEXT NOT NULL PRIMARY KEY,      -- receipt:<year>, or signed (the counter of signed requests)
    value INTEGER NOT NULL                -- the last one given
) STRICT, WITHOUT ROWID;

--------------------------------------------------------------------------------------------------------------------
-- Views: built from docs and entries. Dropped and rebuilt when their version or the reference data changes.
--------------------------------------------------------------------------------------------------------------------

-- One row a request.
CREATE TABLE requests (
    n             INTEGER PRIMARY KEY,      -- row of docs
    doc           BLOB NOT NULL UNIQUE,     -- id of the record
    receipt       TEXT NOT NULL,            -- receipt number
    protocol      TEXT NOT NULL DEFAULT '', -- protocol number as printed; empty: none
    registered_at INTEGER NOT NULL DEFAULT 0, -- when the protocol number was given; 0: none
    category      TEXT NOT NULL,            -- category code
    grp           TEXT NOT NULL,            -- code of the category's group
    community     TEXT NOT NULL,            -- community code; empty: none
    settlement    TEXT NOT NULL,            -- settlement code; empty: none
    spot          TEXT NOT NULL,            -- where exactly, in words
    text          TEXT NOT NULL,            -- first 200 characters
    status        TEXT NOT NULL,            -- derived from the events; PROTOCOLLED once it has a number
    open          INTEGER NOT NULL,         -- 1 while somebody still has to do something
    priority      INTEGER NOT NULL,         -- 1 danger to 4 low
    department    TEXT NOT NULL,            -- department code
    crew          TEXT NOT NULL,            -- crew id; empty: none
    day           TEXT NOT NULL,            -- YYYY-MM-DD, the day a crew is to do it; empty: none
    asset         BLOB,                     -- the asset it is about
    received_at   INTEGER NOT NULL,         -- confirmation at the station, its clock
    due_at        INTEGER NOT NULL,         -- received plus the category's target hours
    status_at     INTEGER NOT NULL,         -- of the event that decides the state, its writer's clock
    clashes       INTEGER NOT NULL,         -- fields with versions for the desk to decide
    lat           REAL,                     -- where somebody said it is, degrees north (WGS 84)
    lon           REAL,                     -- degrees east
    same_as       BLOB,                     -- the request it was joined with; empty: none
    unheard       INTEGER NOT NULL,         -- 1: closed by somebody who could not see that it was reported again
    began_done    INTEGER NOT NULL,         -- 1: it began with a community's memo, nobody had asked for it
    urgent        INTEGER NOT NULL,         -- 1: a community took measures at once
    cost          INTEGER NOT NULL,         -- cents of a euro that proposed works may cost; 0: not said
    rank          INTEGER NOT NULL,         -- where the council of the community put a proposal, from 1; 0: nowhere
    asks          INTEGER NOT NULL          -- 1: asks for a protocol number
) STRICT;
CREATE INDEX requests_newest ON requests (received_at DESC, n DESC);
CREATE INDEX requests_open ON requests (open, received_at DESC, n DESC);
CREATE INDEX requests_due ON requests (open, due_at, n);
CREATE INDEX requests_priority ON requests (open, priority, due_at, n);
CREATE INDEX requests_place ON requests (community, open, received_at DESC);
CREATE INDEX requests_crew ON requests (crew, open, priority, due_at);
CREATE INDEX requests_department ON requests (department, open, received_at DESC);
CREATE INDEX requests_asset ON requests (asset) WHERE asset IS NOT NULL;
CREATE INDEX requests_same ON requests (same_as) WHERE same_as IS NOT NULL;
CREATE INDEX requests_clash ON requests (n) WHERE clashes > 0;
CREATE INDEX requests_unheard ON requests (n) WHERE unheard = 1;

-- One row an asset.
CREATE TABLE assets (
    n            INTEGER PRIMARY KEY,       -- row of docs
    doc          BLOB NOT NULL UNIQUE,      -- id of the record
    kind         TEXT NOT NULL,             -- asset type code
    number       TEXT NOT NULL,             -- as on its tag; empty: none
    number_key   BLOB NOT NULL,             -- Greek collation key of number and name
    name         TEXT NOT NULL,             -- what people call it
    community    TEXT NOT NULL,             -- community code
    settlement   TEXT NOT NULL,             -- settlement code; empty: none
    spot         TEXT NOT NULL,             -- where exactly, in words
    condition    INTEGER NOT NULL,          -- 1 new to 5 dangerous; 0 never inspected
    added_at     INTEGER NOT NULL,          -- when it was written down, by that device's clock
    seen_at      INTEGER NOT NULL,          -- when anybody last saw it; 0: never
    missing      INTEGER NOT NULL,          -- 1: a round looked for it since, in vain
    due_at       INTEGER NOT NULL,          -- when the next inspection is due, by the checklist of its type; 0: never
    failed       INTEGER NOT NULL,          -- checks that were last found out of their limits
    inspected_at INTEGER NOT NULL,          -- the inspector's clock; 0 never
    retired      INTEGER NOT NULL,          -- 1 once out of use, for ever
    lat          REAL,                      -- degrees north (WGS 84)
    lon          REAL,                      -- degrees east
    tag          TEXT NOT NULL,             -- the tag it bears, twelve digits; empty: none
    clashes      INTEGER NOT NULL           -- fields with versions for the desk to decide
) STRICT;
CREATE INDEX requests_receipt ON requests (replace(receipt, '-', ''));
CREATE INDEX requests_protocol ON requests (protocol) WHERE protocol <> '';
CREATE INDEX assets_number ON assets (retired, number_key, n);
CREATE INDEX assets_place ON assets (retired, community, settlement, n);
CREATE INDEX assets_kind ON assets (kind, retired, number_key);
CREATE INDEX assets_condition ON assets (retired, condition DESC, n);
CREATE INDEX assets_inspected ON assets (retired, inspected_at, n);
CREATE INDEX assets_due ON assets (due_at, n) WHERE due_at > 0;
CREATE INDEX assets_failed ON assets (n) WHERE failed > 0;
CREATE INDEX assets_missing ON assets (n) WHERE missing = 1;
CREATE INDEX assets_clash ON assets (n) WHERE clashes > 0;
CREATE INDEX assets_tag ON assets (tag) WHERE tag <> '';

-- One row a photo of a record.
CREATE TABLE photos (
    n          INTEGER NOT NULL,            -- row of docs
    event      BLOB NOT NULL,               -- the event that added it
    doc        BLOB NOT NULL,               -- id of the record
    file       BLOB NOT NULL,               -- SHA-256 of the picture
    size       INTEGER NOT NULL,            -- bytes of the picture
    thumb      BLOB NOT NULL,               -- SHA-256 of the small copy
    thumb_size INTEGER NOT NULL,            -- bytes of the small copy
    writer     BLOB NOT NULL,               -- the device that added it
    added_at   INTEGER NOT NULL,            -- the writer's clock
    PRIMARY KEY (n, event)                  -- a photo may stand in several records
) STRICT, WITHOUT ROWID;
CREATE INDEX photos_file ON photos (file);
CREATE INDEX photos_thumb ON photos (thumb);
CREATE INDEX photos_newest ON photos (added_at DESC);

-- One row a memo of a community that the work was done.
CREATE TABLE memos (
    n      INTEGER NOT NULL,                -- row of docs
    event  BLOB NOT NULL,                   -- the event that says so
    day    TEXT NOT NULL,                   -- YYYY-MM-DD: when it was done
    by     TEXT NOT NULL,                   -- who did it, in the community's words
    note   TEXT NOT NULL,                   -- what was done, in the community's words
    PRIMARY KEY (n, event)                  -- one row a memo, several on a record that was opened again
) STRICT, WITHOUT ROWID;
CREATE INDEX memos_day ON memos (day);

-- What each round says of an asset.
CREATE TABLE sightings (
    round  TEXT NOT NULL,                   -- the name of the round
    n      INTEGER NOT NULL,                -- row of docs
    found  INTEGER NOT NULL,                -- 1 seen, 0 looked for in vain
    at     INTEGER NOT NULL,                -- the writer's clock
    writer BLOB NOT NULL,                   -- the device
    PRIMARY KEY (round, n)                  -- one word of a round on an asset: the strongest
) STRICT, WITHOUT ROWID;
CREATE INDEX sightings_asset ON sightings (n);

-- Folded Greek words and their sound, for both kinds; the row is that of docs.
CREATE VIRTUAL TABLE search USING fts5 (
    words, sounds,
    content = '', contentless_delete = 1,
    tokenize = 'unicode61 remove_diacritics 0',
    prefix = '2 3'
);
