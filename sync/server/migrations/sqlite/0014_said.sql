-- What the audit says besides who did what to whom, as JSON: why, the row of the log with its hash, what was before and is now.
-- Empty: nothing, as in every row from before. It has no default: a server from before, which would not say it, writes nothing
-- any more.
CREATE TABLE audit_saying (
    place   INTEGER NOT NULL PRIMARY KEY,
    at      INTEGER NOT NULL,
    device  BLOB,
    who     TEXT NOT NULL DEFAULT '',
    what    TEXT NOT NULL,
    subject BLOB NOT NULL DEFAULT x'',
    said    TEXT NOT NULL,
    hash    BLOB NOT NULL                 -- SHA-256 over the previous hash and this row
) STRICT;
INSERT INTO audit_saying (place, at, device, who, what, subject, said, hash)
 SELECT place, at, device, who, what, subject, '', hash FROM audit;
DROP TABLE audit;
ALTER TABLE audit_saying RENAME TO audit;
CREATE INDEX audit_contacts ON audit (subject) WHERE what LIKE 'contact.%';
