-- What the desk decided about changes that were not taken, for their devices to hear.

-- Kind of the record, so that the desk can take the change in after all.
ALTER TABLE refused ADD COLUMN kind TEXT NOT NULL DEFAULT '';
-- Running number of the decision; NULL while the change waits for one.
ALTER TABLE refused ADD COLUMN decision INTEGER;
-- 1: taken into the record after all; its bytes are gone from here.
ALTER TABLE refused ADD COLUMN taken INTEGER NOT NULL DEFAULT 0;
CREATE INDEX refused_decided ON refused (device, decision);
