-- Contacts are sealed with a key of their own, and may be corrected.

-- 0 as it was handed over; grows with every correction. Names the key together with record and device.
ALTER TABLE contacts ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
