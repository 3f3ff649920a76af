-- What crews can do, and who works in them.

ALTER TABLE crews ADD COLUMN skills TEXT NOT NULL DEFAULT '[]';  -- JSON array of codes of groups of kinds
ALTER TABLE crews ADD COLUMN members TEXT NOT NULL DEFAULT '[]'; -- JSON array of {id, name}
