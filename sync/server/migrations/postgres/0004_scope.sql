-- A device's role and communities may change while it is out of reach.

ALTER TABLE devices ADD COLUMN scope BIGINT NOT NULL DEFAULT 0;              -- grows with every change of role or communities
ALTER TABLE devices ADD COLUMN scope_heard BIGINT NOT NULL DEFAULT 0;        -- the last that the device has heard of
ALTER TABLE devices ADD COLUMN communities_before TEXT NOT NULL DEFAULT '[]'; -- JSON array: what it worked for until it hears; empty: all
