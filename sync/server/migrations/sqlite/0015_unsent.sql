-- What only a device had when it was last heard, as JSON; empty: it has not said. An older word that comes late changes nothing.
ALTER TABLE devices ADD COLUMN unsent TEXT NOT NULL DEFAULT '';
ALTER TABLE devices ADD COLUMN unsent_said INTEGER NOT NULL DEFAULT 0;
