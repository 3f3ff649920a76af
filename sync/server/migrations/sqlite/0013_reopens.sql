-- One-time codes that open a device of which only the town hall has the key. Not in backups.
CREATE TABLE reopens (
    device    BLOB NOT NULL PRIMARY KEY,
    code_hash BLOB NOT NULL,
    until     INTEGER NOT NULL,
    reply_to  TEXT NOT NULL               -- what the answer was sealed to the first time; empty: not used yet
) STRICT;
