-- How kiosks are, as they said last, and the codes for the page of staff. Nothing personal.

CREATE TABLE kiosks (
    device    BLOB NOT NULL PRIMARY KEY,
    told_at   INTEGER NOT NULL DEFAULT 0,  -- ms UTC, the server's clock; 0: it has not said anything yet
    health    TEXT NOT NULL DEFAULT '',   -- JSON of what it said
    called_at INTEGER NOT NULL DEFAULT 0,  -- ms UTC, the server's clock: since when a visitor calls for staff; 0: nobody does
    code_step INTEGER NOT NULL DEFAULT 0   -- step of the last code that was given; 0: none
) STRICT;
