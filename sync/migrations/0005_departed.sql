-- Records that left the scope, with work of this device in them: a server restored from a backup may lack that work.

CREATE TABLE departed (
    doc       BLOB NOT NULL PRIMARY KEY,  -- UUIDv7
    kind      INTEGER NOT NULL,  -- 0 request, 1 asset
    saved     BLOB NOT NULL,     -- saved doc, as in docs
    logged_at INTEGER NOT NULL,  -- ms UTC: the server's clock at the newest change it logged
    changed   INTEGER NOT NULL,  -- place in the log of the newest logged change
    left_at   INTEGER NOT NULL   -- ms UTC, the server's clock when it left; forgotten 120 days later
) STRICT, WITHOUT ROWID;
