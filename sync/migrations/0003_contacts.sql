-- Contacts of people, sealed to the key of the server: this device cannot read them.

CREATE TABLE contacts (
    doc      BLOB NOT NULL PRIMARY KEY,  -- the record it belongs to
    sealed   BLOB NOT NULL,              -- an age file after a mark, see EXCHANGE.md
    saved_at INTEGER NOT NULL,           -- ms UTC
    received INTEGER NOT NULL DEFAULT 0  -- ms UTC, durable at the server since then, kept on in case its backup is older; 0: not yet
) STRICT, WITHOUT ROWID;
CREATE INDEX contacts_waiting ON contacts (saved_at) WHERE received = 0;
CREATE INDEX contacts_received ON contacts (received) WHERE received > 0;
