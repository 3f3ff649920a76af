//! Every statement of the log, once for both databases.
//!
//! `$n` placeholders, `ON CONFLICT` and `RETURNING` mean the same in SQLite and PostgreSQL, and every number is 64 bits.

/// Of a row `r` of what was refused. What is in the log by now, since somebody else brought it, waits for nobody; a word that
/// leaves it out is void.
macro_rules! not_in_log {
    () => {
        "NOT EXISTS (SELECT 1 FROM log l WHERE l.doc = r.doc AND l.hash = r.hash)"
    };
}

/// Place of the last row.
pub(super) const HEAD: &str = "SELECT COALESCE(MAX(seq), 0) FROM log";

/// The same change, or another one under the same actor and running number.
pub(super) const FIND_CHANGE: &str = "SELECT seq, at, hash FROM log
 WHERE doc = $1 AND (hash = $2 OR (actor = $3 AND actor_seq = $4))";

pub(super) const PUT_ROW: &str = "INSERT INTO log
 (seq, at, device, doc, body, kind, hash, actor, actor_seq, bytes, moved_from, moved_to)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

pub(super) const COMMUNITY_OF: &str = "SELECT community FROM docs WHERE doc = $1";
pub(super) const PUT_DOC: &str = "INSERT INTO docs (doc, kind, community) VALUES ($1, $2, $3)
 ON CONFLICT (doc) DO UPDATE SET community = excluded.community";

pub(super) const HAS_NUMBER: &str = "SELECT number FROM numbers WHERE doc = $1";
pub(super) const LAST_NUMBER: &str = "SELECT COALESCE(MAX(number), 0) FROM numbers WHERE year = $1";
pub(super) const PUT_NUMBER: &str = "INSERT INTO numbers (year, number, doc, received_at, seq)
 VALUES ($1, $2, $3, $4, $5)";
pub(super) const LAST_ENTRY: &str =
    "SELECT bytes FROM log WHERE body = 'entry' ORDER BY seq DESC LIMIT 1";
pub(super) const ENTRIES_PAGE: &str =
    "SELECT l.seq, l.bytes, n.year, n.number, n.doc, n.received_at
 FROM log l LEFT JOIN numbers n ON n.seq = l.seq
 WHERE l.body = 'entry' AND l.seq > $1 ORDER BY l.seq LIMIT $2";
pub(super) const COUNT_NUMBERS: &str = "SELECT COUNT(*) FROM numbers";
pub(super) const NUMBERS_WITH_GAPS: &str = "SELECT year FROM numbers
 GROUP BY year HAVING COUNT(*) <> MAX(number) OR MIN(number) <> 1";

/// Rows after a place that concern a scope. `$3` is the scope as `,code,code,` or empty for all, `$4` a device whose
/// own changes are left out, unless it brought them for another or another for it. A move concerns the scope when exactly one of its sides is inside.
/// The last column says whether the record is in the scope now.
pub(super) const AFTER: &str =
    "SELECT l.seq, l.at, l.device, l.doc, l.body, l.kind, l.bytes, l.moved_from, l.moved_to,
 CASE WHEN $3 = '' OR $3 LIKE '%,' || d.community || ',%' THEN 'here' ELSE '' END
 FROM log l JOIN docs d ON d.doc = l.doc
 WHERE l.seq > $1 AND l.seq <= $2 AND (
  (l.body = 'move' AND $3 <> ''
   AND ($3 LIKE '%,' || l.moved_from || ',%') <> ($3 LIKE '%,' || l.moved_to || ',%'))
  OR (l.body <> 'move' AND ($3 = '' OR $3 LIKE '%,' || d.community || ',%')
   AND (l.body = 'entry' OR l.device IS NULL OR l.device <> $4 OR l.actor <> $4)))
 ORDER BY l.seq LIMIT $5";

pub(super) const TAIL: &str =
    "SELECT seq, at, device, doc, body, kind, bytes, moved_from, moved_to, 'here'
 FROM log WHERE seq > $1 ORDER BY seq LIMIT $2";

pub(super) const LAST_AUDIT: &str = "SELECT place, hash FROM audit ORDER BY place DESC LIMIT 1";
pub(super) const PUT_AUDIT: &str =
    "INSERT INTO audit (place, at, device, who, what, subject, said, hash)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
pub(super) const AUDIT_PAGE: &str = "SELECT place, at, device, who, what, subject, said, hash
 FROM audit WHERE place > $1 ORDER BY place LIMIT $2";
/// Who read, corrected or erased a contact; `$1` is the record.
pub(super) const CONTACT_AUDIT: &str = "SELECT at, device, who, what, said FROM audit
 WHERE subject = $1 AND what LIKE 'contact.%' ORDER BY place";
/// Places that are never given.
pub(super) const BELOW_ONE: &str = "SELECT (SELECT COUNT(*) FROM log WHERE seq < 1)
 + (SELECT COUNT(*) FROM audit WHERE place < 1)";
pub(super) const DOCS_PAGE: &str =
    "SELECT doc, kind, community FROM docs WHERE doc > $1 ORDER BY doc LIMIT $2";
/// The columns as in [`PUT_ROW`].
pub(super) const LOG_PAGE: &str =
    "SELECT seq, at, device, doc, body, kind, hash, actor, actor_seq, bytes, moved_from, moved_to
 FROM log WHERE seq > $1 ORDER BY seq LIMIT $2";

pub(super) const META: &str = "SELECT value FROM meta WHERE key = $1";
pub(super) const PUT_META: &str = "INSERT INTO meta (key, value) VALUES ($1, $2)
 ON CONFLICT (key) DO UPDATE SET value = excluded.value";
pub(super) const DROP_META: &str = "DELETE FROM meta WHERE key = $1 AND value = $2";
pub(super) const KEEP_META: &str =
    "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";

pub(super) const PUT_INVITE: &str = "INSERT INTO invites
 (code_hash, role, name, person, crew, communities, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
pub(super) const INVITE: &str = "SELECT role, name, person, crew, communities, expires_at, used_by
 FROM invites WHERE code_hash = $1";
pub(super) const USE_INVITE: &str = "UPDATE invites SET used_by = $1 WHERE code_hash = $2";
pub(super) const PUT_REOPEN: &str =
    "INSERT INTO reopens (device, code_hash, until, reply_to) VALUES ($1, $2, $3, '')
 ON CONFLICT (device) DO UPDATE SET code_hash = excluded.code_hash, until = excluded.until, reply_to = ''";
pub(super) const USE_REOPEN: &str = "UPDATE reopens SET reply_to = $4
 WHERE device = $1 AND code_hash = $2 AND until > $3 AND reply_to IN ('', $4) RETURNING device";
pub(super) const TRIES: &str = "SELECT count FROM tries WHERE minute = $1";
pub(super) const COUNT_TRY: &str = "INSERT INTO tries (minute, count) VALUES ($1, 1)
 ON CONFLICT (minute) DO UPDATE SET count = tries.count + 1";
pub(super) const FORGET_TRIES: &str = "DELETE FROM tries WHERE minute < $1";

pub(super) const COUNT_DEVICES: &str = "SELECT COUNT(*) FROM devices";
pub(super) const PUT_DEVICE: &str = "INSERT INTO devices
 (id, station, key, role, name, person, crew, communities, enrolled_at, version)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
pub(super) const DEVICE: &str =
    "SELECT id, station, key, role, name, person, crew, communities, counter, enrolled_at,
 seen_at, revoked_at, pending, version, CAST(0 AS BIGINT), scope, scope_heard, communities_before,
 erased_at, twice_at FROM devices WHERE id = $1";
pub(super) const DEVICES: &str = concat!(
    "SELECT d.id, d.station, d.key, d.role, d.name, d.person, d.crew, d.communities, d.counter,
 d.enrolled_at, d.seen_at, d.revoked_at, d.pending, d.version,
 (SELECT COUNT(*) FROM refused r WHERE r.device = d.id AND r.decision IS NULL
  AND ",
    not_in_log!(),
    "),
 d.scope, d.scope_heard, d.communities_before, d.erased_at, d.twice_at
 FROM devices d ORDER BY d.enrolled_at, d.id"
);
pub(super) const ADVANCE_COUNTER: &str = "UPDATE devices SET
  counters_below = CASE
   WHEN $1 > counter + 8 THEN 0
   WHEN $1 > counter THEN ((counters_below << 1) | 1) << CAST($1 - counter - 1 AS INTEGER)
   ELSE counters_below | (CAST(1 AS BIGINT) << CAST(counter - $1 - 1 AS INTEGER)) END & 255,
  counter = CASE WHEN $1 > counter THEN $1 ELSE counter END
 WHERE id = $2 AND ($1 > counter OR (CAST($3 AS BIGINT) = 1 AND $1 BETWEEN counter - 8 AND counter - 1
  AND (counters_below >> CAST(counter - $1 - 1 AS INTEGER)) & 1 = 0))
 RETURNING id";
pub(super) const SEEN: &str = "UPDATE devices SET seen_at = $1, pending = $2, version = $3,
 unsent = CASE WHEN CAST($4 AS TEXT) = '' OR CAST($5 AS BIGINT) < unsent_said THEN unsent ELSE CAST($4 AS TEXT) END,
 unsent_said = CASE WHEN CAST($5 AS BIGINT) < unsent_said THEN unsent_said ELSE CAST($5 AS BIGINT) END
 WHERE id = $6";
pub(super) const UNSENT: &str =
    "SELECT id, unsent FROM devices WHERE unsent <> '' AND erased_at IS NULL";
pub(super) const CHANGE_DEVICE: &str = "UPDATE devices SET name = $1, person = $2, role = $3,
 crew = $4, communities = $5, communities_before = $6, scope = $7
 WHERE id = $8 AND revoked_at IS NULL RETURNING id";
pub(super) const HEARD_SCOPE: &str =
    "UPDATE devices SET scope_heard = $1 WHERE id = $2 AND scope_heard < $1";
/// A number that is one of the last eight and was not used yet was only late.
pub(super) const CAME_TWICE: &str = "UPDATE devices SET twice_at = $1
 WHERE id = $2 AND (CAST($3 AS BIGINT) = counter OR CAST($3 AS BIGINT) < counter - 8
  OR (CAST($3 AS BIGINT) BETWEEN counter - 8 AND counter - 1
   AND (counters_below >> CAST(counter - CAST($3 AS BIGINT) - 1 AS INTEGER)) & 1 = 1))";
pub(super) const ERASES_ITSELF: &str = "UPDATE devices SET erased_at = $1
 WHERE id = $2 AND erased_at IS NULL AND revoked_at IS NOT NULL RETURNING id";
pub(super) const REVOKE: &str =
    "UPDATE devices SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL RETURNING id";

pub(super) const COUNT_REFUSED: &str =
    "SELECT COUNT(*) FROM refused WHERE device = $1 AND decision IS NULL";
pub(super) const PUT_REFUSED: &str =
    "INSERT INTO refused (hash, device, doc, at, reason, bytes, kind)
 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (device, hash) DO NOTHING RETURNING at";
pub(super) const CLEAR_REFUSED: &str = "DELETE FROM refused WHERE device = $1 AND hash = $2";
pub(super) const REFUSED: &str = concat!(
    "SELECT r.hash, r.device, r.doc, r.at, r.reason, r.bytes, d.community
 FROM refused r LEFT JOIN docs d ON d.doc = r.doc
 WHERE r.decision IS NULL AND ",
    not_in_log!(),
    "
 ORDER BY r.at DESC, r.hash LIMIT $1"
);
pub(super) const KEPT: &str = concat!(
    "SELECT r.doc, r.kind, r.bytes, d.community
 FROM refused r LEFT JOIN docs d ON d.doc = r.doc
 WHERE r.hash = $1 AND r.decision IS NULL
 AND ",
    not_in_log!(),
    "
 ORDER BY r.at, r.device LIMIT 1"
);
/// Whoever handed the same change over gets the same word about it.
pub(super) const TAKE_REFUSED: &str = "UPDATE refused SET decision = $1, taken = 1
 WHERE hash = $2 AND decision IS NULL RETURNING device";
pub(super) const DISMISS_REFUSED: &str =
    "UPDATE refused SET decision = $1 WHERE hash = $2 AND decision IS NULL RETURNING device";
pub(super) const DECISIONS: &str = concat!(
    "SELECT r.decision, r.doc, r.hash, r.taken, d.community
 FROM refused r LEFT JOIN docs d ON d.doc = r.doc
 WHERE r.device = $1 AND r.decision > $2
 AND (r.taken = 1 OR ",
    not_in_log!(),
    ")
 ORDER BY r.decision LIMIT $3"
);

pub(super) const COUNT_CONTACTS: &str = "SELECT COUNT(*) FROM contacts WHERE device = $1";
pub(super) const CONTACT: &str = "SELECT sealed FROM contacts WHERE doc = $1 AND device = $2";
pub(super) const PUT_CONTACT: &str = "INSERT INTO contacts (doc, device, at, sealed)
 VALUES ($1, $2, $3, $4)";
pub(super) const CONTACTS_OF: &str = "SELECT doc, device, at, sealed FROM contacts
 WHERE doc = $1 AND length(sealed) > 0 ORDER BY at, device";
/// Nobody overwrites what they have not seen.
pub(super) const REPLACE_CONTACT: &str = "UPDATE contacts SET sealed = $3
 WHERE doc = $1 AND device = $2 AND sealed = $4 RETURNING doc";
/// What is sealed with a key of its own begins with the 13 bytes `$1`.
pub(super) const CONTACTS_UNKEYED: &str = "SELECT doc, device, at, sealed FROM contacts
 WHERE length(sealed) > 0 AND substr(sealed, 1, 13) <> $1 LIMIT 200";
/// After a record and a device, in their order.
pub(super) const CONTACTS_PAGE: &str = "SELECT c.doc, c.device, c.at, c.sealed, d.community
 FROM contacts c LEFT JOIN docs d ON d.doc = c.doc
 WHERE length(c.sealed) > 0 AND (c.doc > $1 OR c.doc = $1 AND c.device > $2)
 ORDER BY c.doc, c.device LIMIT 200";
/// Records with a contact, each with the moment when the last one came.
pub(super) const CONTACT_DOCS: &str = "SELECT doc, MAX(at) FROM contacts
 WHERE length(sealed) > 0 AND doc > $1 GROUP BY doc ORDER BY doc LIMIT 500";
pub(super) const CONTACTS_KEPT: &str =
    "SELECT COUNT(DISTINCT doc) FROM contacts WHERE length(sealed) > 0";

pub(super) const PUT_KEY_DUE: &str =
    "INSERT INTO keys_due (what) VALUES ($1) ON CONFLICT (what) DO NOTHING";
pub(super) const KEYS_DUE: &str = "SELECT what FROM keys_due ORDER BY what LIMIT 500";
pub(super) const KEY_DONE: &str = "DELETE FROM keys_due WHERE what = $1";

/// The contact is emptied and its row stays: its device is told, and may not hand it over again.
pub(super) const EMPTY_CONTACTS: &str =
    "UPDATE contacts SET sealed = $2 WHERE doc = $1 AND length(sealed) > 0";
pub(super) const ERASED: &str = "SELECT at, proof FROM erased WHERE doc = $1";
pub(super) const ERASED_ABOUT: &str = "SELECT at, reason, device FROM erased WHERE doc = $1";
pub(super) const ERASED_COUNTS: &str =
    "SELECT reason, COUNT(*) FROM erased WHERE at > $1 GROUP BY reason ORDER BY reason";
pub(super) const LAST_ERASED: &str = "SELECT COALESCE(MAX(number), 0) FROM erased";
pub(super) const PUT_ERASED: &str = "INSERT INTO erased (doc, number, at, device, reason, proof)
 VALUES ($1, $2, $3, $4, $5, $6)";
/// Of all records since a moment, and of those whose contact the device handed over.
pub(super) const ERASED_AFTER: &str = "SELECT number, doc, at, proof FROM erased
 WHERE number > $1 AND (at > $2 OR EXISTS (
   SELECT 1 FROM contacts WHERE contacts.doc = erased.doc AND contacts.device = $3))
 ORDER BY number LIMIT $4";

pub(super) const PUT_HEALTH: &str =
    "INSERT INTO kiosks (device, told_at, health, called_at) VALUES ($1, $2, $3, $4)
 ON CONFLICT (device) DO UPDATE SET told_at = excluded.told_at, health = excluded.health,
 called_at = excluded.called_at";
pub(super) const HEALTH: &str =
    "SELECT device, told_at, health, called_at FROM kiosks WHERE told_at > 0";
pub(super) const CALLS: &str = "SELECT k.device, k.called_at, d.communities
 FROM kiosks k JOIN devices d ON d.id = k.device
 WHERE k.called_at > $1 AND d.revoked_at IS NULL AND d.role = 'kiosk' ORDER BY k.called_at, k.device";
pub(super) const CODE_STEP: &str = "SELECT code_step FROM kiosks WHERE device = $1";
pub(super) const PUT_CODE_STEP: &str = "INSERT INTO kiosks (device, code_step) VALUES ($1, $2)
 ON CONFLICT (device) DO UPDATE SET code_step = excluded.code_step";

pub(super) const CREWS: &str =
    "SELECT id, name, department, communities, skills, members FROM crews ORDER BY id";
pub(super) const EMPTY_CREW: &str = "UPDATE crews SET members = '[]' WHERE id = $1";
pub(super) const PUT_CREW: &str =
    "INSERT INTO crews (id, name, department, communities, skills, members) VALUES ($1, $2, $3, $4, $5, $6)
 ON CONFLICT (id) DO UPDATE SET name = excluded.name, department = excluded.department,
 communities = excluded.communities, skills = excluded.skills, members = excluded.members";

pub(super) const SOURCE: &str =
    "SELECT doc, digest FROM import_sources WHERE source = $1 AND source_id = $2";
pub(super) const PUT_SOURCE: &str =
    "INSERT INTO import_sources (source, source_id, doc, digest) VALUES ($1, $2, $3, $4)
 ON CONFLICT (source, source_id) DO UPDATE SET digest = excluded.digest";

pub(super) const FORGET_META: &str = "DELETE FROM meta";
pub(super) const END_EPOCH: &str = "INSERT INTO epochs (place, epoch, head, entries, ended_at)
 VALUES ((SELECT COALESCE(MAX(place), 0) + 1 FROM epochs), $1, $2, $3, $4)";
/// What still holds of an ended epoch: the least of what was kept of it and of those that followed.
pub(super) const EPOCH_SHARED: &str = "SELECT MIN(e.head), MIN(e.entries) FROM epochs e
 WHERE e.place >= (SELECT f.place FROM epochs f WHERE f.epoch = $1)";
pub(super) const EPOCH_ENDED_AT: &str = "SELECT COALESCE(MAX(ended_at), 0) FROM epochs";
pub(super) const EPOCHS_ENDED: &str = "SELECT COUNT(*) FROM epochs";
pub(super) const NUMBER_TAKEN: &str = "SELECT doc FROM numbers WHERE year = $1 AND number = $2";
pub(super) const DOC_KNOWN: &str = "SELECT kind FROM docs WHERE doc = $1";
pub(super) const HANDED_OVER: &str = "UPDATE devices SET epoch = $1 WHERE id = $2";
/// Desks that have not handed over again what they had. The importer is none: it was never invited.
pub(super) const DESKS_AWAITED: &str = "SELECT COUNT(*) FROM devices d
 WHERE d.role IN ('clerk', 'admin') AND d.revoked_at IS NULL AND d.enrolled_at < $2 AND d.epoch <> $1
 AND EXISTS (SELECT 1 FROM invites i WHERE i.used_by = d.id)";
pub(super) const NUMBERS_OF: &str = "SELECT DISTINCT year FROM numbers ORDER BY year";
pub(super) const NUMBERS_IN: &str = "SELECT number FROM numbers WHERE year = $1 ORDER BY number";

macro_rules! account {
    () => {
        "a.id, a.login, a.name, a.role, a.email, a.subject, a.password, a.once_until, a.secret,
 a.secret_new, a.step, a.wrong, a.wrong_at, a.added_at, a.signed_in_at, a.closed_at"
    };
}

pub(super) const ACCOUNT: &str = concat!("SELECT ", account!(), " FROM accounts a WHERE a.id = $1");
pub(super) const ACCOUNT_BY_LOGIN: &str =
    concat!("SELECT ", account!(), " FROM accounts a WHERE a.login = $1");
/// By the provider's own name of them; by their address only while they never came by it.
pub(super) const ACCOUNT_BY_PROVIDER: &str = concat!(
    "SELECT ",
    account!(),
    " FROM accounts a WHERE a.subject = $1 OR (a.subject = '' AND a.email <> '' AND a.email = $2)
 ORDER BY a.subject DESC LIMIT 1"
);
pub(super) const ACCOUNTS: &str = concat!(
    "SELECT ",
    account!(),
    " FROM accounts a ORDER BY a.name, a.login"
);
pub(super) const ACCOUNT_TAKEN: &str = "SELECT id FROM accounts
 WHERE id <> $1 AND login = $2";
pub(super) const EMAIL_TAKEN: &str = "SELECT id FROM accounts
 WHERE id <> $1 AND email <> '' AND email = $2";
pub(super) const COUNT_ACCOUNTS: &str = "SELECT COUNT(*) FROM accounts";
pub(super) const OTHER_ADMINS: &str = "SELECT COUNT(*) FROM accounts WHERE role = 'admin' AND closed_at IS NULL AND (once_until IS NULL OR subject <> '') AND id <> $1";
pub(super) const PUT_ACCOUNT: &str =
    "INSERT INTO accounts (id, login, name, role, email, password, once_until, added_at)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
pub(super) const CHANGE_ACCOUNT: &str =
    "UPDATE accounts SET login = $2, name = $3, role = $4, closed_at = $5, email = $6, subject = $7
 WHERE id = $1";
pub(super) const RESET_ACCOUNT: &str =
    "UPDATE accounts SET password = $2, once_until = $3, secret = '', secret_new = '', subject = '', wrong = 0
 WHERE id = $1 RETURNING id";
pub(super) const ACCOUNT_WRONG: &str =
    "UPDATE accounts SET wrong = wrong + 1, wrong_at = $2 WHERE id = $1";
pub(super) const OFFER_SECRET: &str = "UPDATE accounts
 SET secret_new = CASE WHEN secret_new = '' THEN $2 ELSE secret_new END
 WHERE id = $1 RETURNING secret_new";
/// Nobody signs in with a code that was used, or with a password that was changed meanwhile.
pub(super) const SIGN_IN: &str = "UPDATE accounts SET
 step = CAST($3 AS BIGINT), signed_in_at = $4, password = $5, secret = $6, secret_new = '', once_until = NULL, wrong = 0
 WHERE id = $1 AND password = $2 AND CAST($3 AS BIGINT) > step
 AND closed_at IS NULL RETURNING id";
/// Nor by the provider under another's name.
pub(super) const SIGN_IN_BY_PROVIDER: &str = "UPDATE accounts SET signed_in_at = $2, subject = $3
 WHERE id = $1 AND (subject = $3 OR (subject = '' AND email <> '' AND email = $4))
 AND closed_at IS NULL RETURNING id";

pub(super) const PUT_WAY: &str =
    "INSERT INTO ways (state, device, nonce, verifier, redirect, until)
 VALUES ($1, $2, $3, $4, $5, $6)";
/// Of a desk only one is under way.
pub(super) const FORGET_WAYS: &str = "DELETE FROM ways WHERE until < $1 OR device = $2";
pub(super) const TAKE_WAY: &str = "DELETE FROM ways
 WHERE state = $1 AND device = $2 AND until >= $3 RETURNING nonce, verifier, redirect";

pub(super) const PUT_SESSION: &str =
    "INSERT INTO sessions (token, id, account, device, began_at, used_at)
 VALUES ($1, $2, $3, $4, $5, $5)";
pub(super) const SESSION: &str = concat!(
    "SELECT ",
    account!(),
    ", s.used_at FROM sessions s JOIN accounts a ON a.id = s.account
 WHERE s.token = $1 AND s.device = $2 AND s.used_at > $3 AND s.began_at > $4
 AND s.ended_at IS NULL AND a.closed_at IS NULL"
);
pub(super) const USE_SESSION: &str = "UPDATE sessions SET used_at = $2 WHERE token = $1";
pub(super) const SESSIONS: &str = "SELECT id, account, device, began_at, used_at FROM sessions
 WHERE ended_at IS NULL AND used_at > $1 ORDER BY used_at DESC";
pub(super) const END_SESSION: &str = "UPDATE sessions SET ended_at = $2
 WHERE id = $1 AND ended_at IS NULL RETURNING account";
pub(super) const END_OWN_SESSION: &str = "UPDATE sessions SET ended_at = $2
 WHERE token = $1 AND ended_at IS NULL RETURNING account";
pub(super) const END_SESSIONS: &str =
    "UPDATE sessions SET ended_at = $2 WHERE account = $1 AND ended_at IS NULL";
pub(super) const FORGET_SESSIONS: &str = "DELETE FROM sessions WHERE used_at < $1";
