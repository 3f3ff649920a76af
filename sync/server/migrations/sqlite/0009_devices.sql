-- Several requests of a device may be on their way at once, and come in another order than they left.

-- Which of the eight counters below the last one were used: bit 0 is the next lower one. Of devices from before, all.
ALTER TABLE devices ADD COLUMN counters_below INTEGER NOT NULL DEFAULT 255;

-- A revoked device that has handed over everything erases itself, and says so before.
ALTER TABLE devices ADD COLUMN erased_at INTEGER; -- ms

-- When a request of the device came a second time: somebody may have copied it.
ALTER TABLE devices ADD COLUMN twice_at INTEGER; -- ms
