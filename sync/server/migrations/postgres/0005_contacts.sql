-- How to reach whoever reported something, sealed by the device where it was typed to the key of this municipality.

CREATE TABLE contacts (
    doc    BYTEA NOT NULL,      -- the record
    device BYTEA NOT NULL,      -- who handed it over
    at     BIGINT NOT NULL, -- ms UTC, the server's clock
    sealed BYTEA NOT NULL,
    PRIMARY KEY (doc, device)
);
