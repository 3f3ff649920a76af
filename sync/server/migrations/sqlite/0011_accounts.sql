-- Staff who sign in at a desk. Times are milliseconds since 1970 UTC, by the server's clock.

CREATE TABLE accounts (
    id         BLOB NOT NULL PRIMARY KEY,
    login      TEXT NOT NULL UNIQUE,         -- what is typed, in small letters
    name       TEXT NOT NULL,                -- who it is; the audit says it
    role       TEXT NOT NULL,                -- clerk or admin
    password   TEXT NOT NULL DEFAULT '',     -- Argon2id in the PHC string format; empty: none
    once_until INTEGER,                      -- the password is a first one, good until then and for choosing another
    secret     TEXT NOT NULL DEFAULT '',     -- of the one-time codes (RFC 6238), base32; empty: none
    secret_new TEXT NOT NULL DEFAULT '',     -- one that was shown and not confirmed yet
    step       INTEGER NOT NULL DEFAULT 0,   -- of the last code that was used
    wrong      INTEGER NOT NULL DEFAULT 0,   -- wrong tries since the last right one
    wrong_at   INTEGER NOT NULL DEFAULT 0,   -- the last of them
    added_at   INTEGER NOT NULL,
    signed_in_at INTEGER,                    -- the last time
    closed_at  INTEGER                       -- NULL while it may sign in
) STRICT;

-- Who is signed in, and where. Not in backups.
CREATE TABLE sessions (
    token    BLOB NOT NULL PRIMARY KEY,   -- SHA-256 of what the desk shows
    id       BLOB NOT NULL UNIQUE,        -- its name for ending it
    account  BLOB NOT NULL,
    device   BLOB NOT NULL,               -- the desk, which signs every request as well
    began_at INTEGER NOT NULL,
    used_at  INTEGER NOT NULL,               -- the last request, to the minute
    ended_at INTEGER
) STRICT;
CREATE INDEX sessions_account ON sessions (account);
