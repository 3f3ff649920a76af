-- What stayed on a device when it was last heard, as JSON; empty: it has not said.
ALTER TABLE devices ADD COLUMN unsent TEXT NOT NULL DEFAULT '';
