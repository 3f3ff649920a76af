-- How to reach whoever reported something, sealed by the device where it was typed to the key of this municipality.

CREATE TABLE contacts (
    doc    BLOB NOT NULL,      -- the record
    device BLOB NOT NULL,      -- who handed it over
    at     INTEGER NOT NULL, -- ms UTC, the server's clock
    sealed BLOB NOT NULL,
    PRIMARY KEY (doc, device)
) STRICT;
