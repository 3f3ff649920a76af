-- Contacts that were erased by right. What a device hands over of these records afterwards is not kept.

CREATE TABLE erased (
    doc    BLOB NOT NULL PRIMARY KEY,  -- the record
    number INTEGER NOT NULL,           -- grows with every erasure
    at     INTEGER NOT NULL,           -- ms UTC, the server's clock when they were erased first
    device BLOB NOT NULL,              -- who erased them, or told it again after a restore
    reason TEXT NOT NULL,              -- code of the reason
    proof  BLOB NOT NULL               -- what makes it the word of this municipality
) STRICT;
CREATE INDEX erased_number ON erased (number);
