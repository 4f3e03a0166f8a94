-- name: link_by_id
-- One link.
SELECT account, sid, arn, link_id, region, epoch, ordinal, principal_arn, kms_key_id, overwrite, lifecycle, status, message,
       written, sent_incarnation, sent_revision, sent_digest, acked_incarnation, acked_revision, acked_digest,
       shaken_ours, shaken_theirs, whole, dirty_since_ms, dirty_after_send_ms, attempts, next_attempt_ms, accessed_day,
       kind
FROM link WHERE link_id = ?

-- name: links_of_secret
-- All links of a secret, in the order in which Regions were added.
SELECT account, sid, arn, link_id, region, epoch, ordinal, principal_arn, kms_key_id, overwrite, lifecycle, status, message,
       written, sent_incarnation, sent_revision, sent_digest, acked_incarnation, acked_revision, acked_digest,
       shaken_ours, shaken_theirs, whole, dirty_since_ms, dirty_after_send_ms, attempts, next_attempt_ms, accessed_day,
       kind
FROM link WHERE account = ? AND sid = ? ORDER BY ordinal, link_id

-- name: links_of_secrets
-- The same of several secrets; as many sids are named as are read together.
SELECT account, sid, arn, link_id, region, epoch, ordinal, principal_arn, kms_key_id, overwrite, lifecycle, status, message,
       written, sent_incarnation, sent_revision, sent_digest, acked_incarnation, acked_revision, acked_digest,
       shaken_ours, shaken_theirs, whole, dirty_since_ms, dirty_after_send_ms, attempts, next_attempt_ms, accessed_day,
       kind
FROM link WHERE account = ? AND sid IN (?) ORDER BY sid, ordinal, link_id

-- name: active_link_of_secret
-- Whether a secret has a replica.
SELECT 1 FROM link WHERE account = ? AND sid = ? AND lifecycle = ? LIMIT 1

-- name: links_due
-- What the courier to one Region takes next.
SELECT account, sid, arn, link_id, region, epoch, ordinal, principal_arn, kms_key_id, overwrite, lifecycle, status, message,
       written, sent_incarnation, sent_revision, sent_digest, acked_incarnation, acked_revision, acked_digest,
       shaken_ours, shaken_theirs, whole, dirty_since_ms, dirty_after_send_ms, attempts, next_attempt_ms, accessed_day,
       kind
FROM link WHERE region = ? AND next_attempt_ms <= ? ORDER BY next_attempt_ms, link_id LIMIT ?

-- name: links_to_region
-- A page of the links to one Region, for the handshake after either side's incarnation changed.
SELECT account, sid, arn, link_id, region, epoch, ordinal, principal_arn, kms_key_id, overwrite, lifecycle, status, message,
       written, sent_incarnation, sent_revision, sent_digest, acked_incarnation, acked_revision, acked_digest,
       shaken_ours, shaken_theirs, whole, dirty_since_ms, dirty_after_send_ms, attempts, next_attempt_ms, accessed_day,
       kind
FROM link WHERE region = ? AND link_id > ? ORDER BY link_id LIMIT ?

-- name: links_in_lifecycle
-- An account's links to one Region that are at one point of their life.
SELECT account, sid, arn, link_id, region, epoch, ordinal, principal_arn, kms_key_id, overwrite, lifecycle, status, message,
       written, sent_incarnation, sent_revision, sent_digest, acked_incarnation, acked_revision, acked_digest,
       shaken_ours, shaken_theirs, whole, dirty_since_ms, dirty_after_send_ms, attempts, next_attempt_ms, accessed_day,
       kind
FROM link WHERE account = ? AND region = ? AND lifecycle = ? ORDER BY link_id

-- name: next_due_ms
-- When the courier to one Region has something to do again.
SELECT MIN(next_attempt_ms) FROM link WHERE region = ? AND next_attempt_ms > ?

-- name: accounts_waiting_for
-- Whose links to one Region wait until later than any back-off.
SELECT DISTINCT account FROM link WHERE region = ? AND next_attempt_ms > ?

-- name: links_waiting_for
-- Those of one account.
SELECT account, sid, arn, link_id, region, epoch, ordinal, principal_arn, kms_key_id, overwrite, lifecycle, status, message,
       written, sent_incarnation, sent_revision, sent_digest, acked_incarnation, acked_revision, acked_digest,
       shaken_ours, shaken_theirs, whole, dirty_since_ms, dirty_after_send_ms, attempts, next_attempt_ms, accessed_day,
       kind
FROM link WHERE region = ? AND next_attempt_ms > ? AND account = ? ORDER BY next_attempt_ms, link_id LIMIT ?

-- name: insert_link
-- A Region was added.
INSERT INTO link (epoch, ordinal, principal_arn, kms_key_id, overwrite, lifecycle, status, message, written,
                  sent_incarnation, sent_revision, sent_digest, acked_incarnation, acked_revision, acked_digest,
                  shaken_ours, shaken_theirs, whole, dirty_since_ms, dirty_after_send_ms, attempts, next_attempt_ms,
                  accessed_day, link_id, account, sid, arn, region, kind)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: update_link
-- A step of a link; account, secret and Region never change.
UPDATE link
SET epoch = ?, ordinal = ?, principal_arn = ?, kms_key_id = ?, overwrite = ?, lifecycle = ?, status = ?, message = ?,
    written = ?, sent_incarnation = ?, sent_revision = ?, sent_digest = ?, acked_incarnation = ?, acked_revision = ?,
    acked_digest = ?, shaken_ours = ?, shaken_theirs = ?, whole = ?, dirty_since_ms = ?, dirty_after_send_ms = ?,
    attempts = ?, next_attempt_ms = ?, accessed_day = ?
WHERE link_id = ?

-- name: delete_link
-- The removal was acknowledged, or the replica was promoted.
DELETE FROM link WHERE link_id = ?

-- name: count_links
-- Links by what they carry, lifecycle and status, with the commit time of the oldest change that is not acknowledged.
SELECT kind, lifecycle, status, COUNT(*), MIN(dirty_since_ms) FROM link GROUP BY kind, lifecycle, status

-- name: accessed_day_of_incoming
-- When the secret that a link replicates to this Region was last read here.
SELECT accessed_day FROM secret WHERE incoming_link_id = ?

-- name: incoming_by_id
-- What is known of a link that replicates to this Region.
SELECT link_id, primary_region, epoch, role, stand_incarnation, stand_revision, stand_digest, told
FROM incoming WHERE link_id = ?

-- name: save_incoming
-- The same, made or changed.
INSERT INTO incoming (primary_region, epoch, role, stand_incarnation, stand_revision, stand_digest, told, link_id, account,
                      kind, sid)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (link_id) DO UPDATE
SET primary_region = excluded.primary_region, epoch = excluded.epoch, role = excluded.role,
    stand_incarnation = excluded.stand_incarnation, stand_revision = excluded.stand_revision,
    stand_digest = excluded.stand_digest, told = excluded.told

-- name: promotions_untold
-- Promotions that their primary has not heard of.
SELECT link_id, primary_region, epoch, role, stand_incarnation, stand_revision, stand_digest, told, account, kind
FROM incoming WHERE role = ? AND told = 0 ORDER BY link_id LIMIT ?

-- name: promotions_untold_to
-- Those that one primary Region has not heard of, so that a Region out of reach hides nobody else's.
SELECT link_id, primary_region, epoch, role, stand_incarnation, stand_revision, stand_digest, told, account, kind
FROM incoming WHERE primary_region = ? AND role = ? AND told = 0 ORDER BY link_id LIMIT ?

-- name: active_link_to
-- Whether a secret is already replicated to a Region.
SELECT link_id FROM link WHERE account = ? AND sid = ? AND region = ? AND lifecycle = ?

-- name: links_stuck
-- Links of a kind that have failed and are not tried again.
SELECT account, sid, arn, link_id, region, epoch, ordinal, principal_arn, kms_key_id, overwrite, lifecycle, status, message,
       written, sent_incarnation, sent_revision, sent_digest, acked_incarnation, acked_revision, acked_digest,
       shaken_ours, shaken_theirs, whole, dirty_since_ms, dirty_after_send_ms, attempts, next_attempt_ms, accessed_day,
       kind
FROM link WHERE kind = ? AND status = ? AND next_attempt_ms IS NULL ORDER BY link_id LIMIT ?

-- name: delete_links_of
-- A destroyed key tells nobody of it.
DELETE FROM link WHERE account = ? AND sid = ?

-- name: incomings_of
-- The links that tell this Region of a key.
SELECT link_id, primary_region, epoch, role, stand_incarnation, stand_revision, stand_digest, told
FROM incoming WHERE account = ? AND sid = ? ORDER BY link_id
