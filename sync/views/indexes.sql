-- Indexes of the views, made after a rebuild has filled them.

CREATE INDEX requests_newest ON requests (received_at DESC, n DESC);
CREATE INDEX requests_open ON requests (open, received_at DESC, n DESC);
CREATE INDEX requests_due ON requests (open, due_at, n);
CREATE INDEX requests_priority ON requests (open, priority, due_at, n);
CREATE INDEX requests_place ON requests (community, open, received_at DESC);
CREATE INDEX requests_crew ON requests (crew, open, priority, due_at);
CREATE INDEX requests_department ON requests (department, open, received_at DESC);
CREATE INDEX requests_asset ON requests (asset) WHERE asset IS NOT NULL;
CREATE INDEX requests_same ON requests (same_as) WHERE same_as IS NOT NULL;
CREATE INDEX requests_clash ON requests (n) WHERE clashes > 0;
CREATE INDEX requests_unheard ON requests (n) WHERE unheard = 1;
CREATE INDEX requests_receipt ON requests (replace(receipt, '-', ''));
CREATE INDEX requests_protocol ON requests (protocol) WHERE protocol <> '';
CREATE INDEX assets_number ON assets (retired, number_key, n);
CREATE INDEX assets_place ON assets (retired, community, settlement, n);
CREATE INDEX assets_kind ON assets (kind, retired, number_key);
CREATE INDEX assets_condition ON assets (retired, condition DESC, n);
CREATE INDEX assets_inspected ON assets (retired, inspected_at, n);
CREATE INDEX assets_due ON assets (due_at, n) WHERE due_at > 0;
CREATE INDEX assets_failed ON assets (n) WHERE failed > 0;
CREATE INDEX assets_missing ON assets (n) WHERE missing = 1;
CREATE INDEX assets_clash ON assets (n) WHERE clashes > 0;
CREATE INDEX assets_tag ON assets (tag) WHERE tag <> '';
CREATE INDEX photos_file ON photos (file);
CREATE INDEX photos_thumb ON photos (thumb);
CREATE INDEX photos_newest ON photos (added_at DESC);
CREATE INDEX sightings_asset ON sightings (n);
