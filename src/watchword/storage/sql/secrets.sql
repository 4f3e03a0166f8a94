-- name: secret_by_name
-- The secret that holds a name, with the link that made it.
SELECT s.account, s.sid, s.name, s.suffix, s.description, s.kms_key_id, s.policy, s.tags, s.revision, s.head_revision,
       s.stamp, s.created_ms, s.changed_ms, s.deleted_ms, s.purge_ms, s.type, s.rotation,
       s.primary_across, s.replica_across,
       i.link_id, i.primary_region, i.epoch, i.role, i.stand_incarnation, i.stand_revision, i.stand_digest, i.told
FROM secret s LEFT JOIN incoming i ON i.link_id = s.incoming_link_id
WHERE s.account = ? AND s.name = ?

-- name: secret_by_sid
-- The same, by the row's own id.
SELECT s.account, s.sid, s.name, s.suffix, s.description, s.kms_key_id, s.policy, s.tags, s.revision, s.head_revision,
       s.stamp, s.created_ms, s.changed_ms, s.deleted_ms, s.purge_ms, s.type, s.rotation,
       s.primary_across, s.replica_across,
       i.link_id, i.primary_region, i.epoch, i.role, i.stand_incarnation, i.stand_revision, i.stand_digest, i.told
FROM secret s LEFT JOIN incoming i ON i.link_id = s.incoming_link_id
WHERE s.account = ? AND s.sid = ?

-- name: secret_sid_of_incoming
-- Which secret an incoming link made.
SELECT account, sid FROM secret WHERE incoming_link_id = ?

-- name: secret_stamp
-- Whether a secret that was read still stands as it was.
SELECT stamp FROM secret WHERE account = ? AND sid = ?

-- name: secret_sid_of_name
-- Whether a name still belongs to whom it did, or to nobody.
SELECT sid FROM secret WHERE account = ? AND name = ?

-- name: versions_of_secret
-- Every version without its value, once for each KMS key that opens it.
SELECT v.version_id, v.content_id, v.kind, v.labels, v.created_ms, v.revision, v.accessed_day, k.key_arn
FROM secret_version v
LEFT JOIN data_key k ON k.account = v.account AND k.sid = v.sid AND k.version_id = v.version_id
WHERE v.account = ? AND v.sid = ?
ORDER BY v.created_ms, v.version_id, k.ordinal

-- name: versions_of_secrets
-- The same of several secrets; as many sids are named as are read together.
SELECT v.sid, v.version_id, v.content_id, v.kind, v.labels, v.created_ms, v.revision, v.accessed_day, k.key_arn
FROM secret_version v
LEFT JOIN data_key k ON k.account = v.account AND k.sid = v.sid AND k.version_id = v.version_id
WHERE v.account = ? AND v.sid IN (?)
ORDER BY v.sid, v.created_ms, v.version_id, k.ordinal

-- name: sealed_of_version
-- The value of one version as it was sealed, with what it must be the value of.
SELECT sealed, content_id FROM secret_version WHERE account = ? AND sid = ? AND version_id = ?

-- name: data_keys_of_version
-- Its data key, under each KMS key in the order in which they are tried.
SELECT key_arn, wrapped FROM data_key WHERE account = ? AND sid = ? AND version_id = ? ORDER BY ordinal

-- name: glances_by_created
-- What filters look at of each secret, oldest first.
SELECT created_ms, sid, name, description, tags, deleted_ms, incoming_link_id FROM secret
WHERE account = ? AND (created_ms, sid) > (?, ?)
ORDER BY created_ms, sid LIMIT ?

-- name: glances_by_created_descending
-- What filters look at of each secret, newest first.
SELECT created_ms, sid, name, description, tags, deleted_ms, incoming_link_id FROM secret
WHERE account = ? AND (created_ms, sid) < (?, ?)
ORDER BY created_ms DESC, sid DESC LIMIT ?

-- name: glances_by_changed
-- What filters look at of each secret, the longest unchanged first.
SELECT changed_ms, sid, name, description, tags, deleted_ms, incoming_link_id FROM secret
WHERE account = ? AND (changed_ms, sid) > (?, ?)
ORDER BY changed_ms, sid LIMIT ?

-- name: glances_by_changed_descending
-- What filters look at of each secret, the last changed first.
SELECT changed_ms, sid, name, description, tags, deleted_ms, incoming_link_id FROM secret
WHERE account = ? AND (changed_ms, sid) < (?, ?)
ORDER BY changed_ms DESC, sid DESC LIMIT ?

-- name: glances_by_accessed
-- What filters look at of each secret, the longest unread first.
SELECT accessed_day, sid, name, description, tags, deleted_ms, incoming_link_id FROM secret
WHERE account = ? AND (accessed_day, sid) > (?, ?)
ORDER BY accessed_day, sid LIMIT ?

-- name: glances_by_accessed_descending
-- What filters look at of each secret, the last read first.
SELECT accessed_day, sid, name, description, tags, deleted_ms, incoming_link_id FROM secret
WHERE account = ? AND (accessed_day, sid) < (?, ?)
ORDER BY accessed_day DESC, sid DESC LIMIT ?

-- name: glances_by_name
-- What filters look at of each secret by name; the sid only keeps the parameters alike, for names are unique.
SELECT name, sid, name, description, tags, deleted_ms, incoming_link_id FROM secret
WHERE account = ? AND (name, sid) > (?, ?)
ORDER BY name, sid LIMIT ?

-- name: glances_by_name_descending
-- What filters look at of each secret by name, backwards.
SELECT name, sid, name, description, tags, deleted_ms, incoming_link_id FROM secret
WHERE account = ? AND (name, sid) < (?, ?)
ORDER BY name DESC, sid DESC LIMIT ?

-- name: sids_due_for_purge
-- Secrets whose recovery window is over.
SELECT account, sid FROM secret WHERE purge_ms <= ? ORDER BY purge_ms, sid LIMIT ?

-- name: sids_due_across
-- Secrets whose replica in another account is behind.
SELECT account, sid FROM secret WHERE across_due_ms <= ? ORDER BY across_due_ms, sid LIMIT ?

-- name: insert_secret
-- A new secret; the unique index refuses a name that was taken meanwhile.
INSERT INTO secret (name, suffix, description, kms_key_id, policy, tags, revision, head_revision, stamp, created_ms,
                    changed_ms, deleted_ms, purge_ms, type, rotation, primary_across, replica_across, across_due_ms,
                    incoming_link_id, account, sid, accessed_day)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, -1)

-- name: update_secret
-- A changed secret, if it still has the stamp that the change was decided on.
UPDATE secret
SET name = ?, suffix = ?, description = ?, kms_key_id = ?, policy = ?, tags = ?, revision = ?, head_revision = ?,
    stamp = ?, created_ms = ?, changed_ms = ?, deleted_ms = ?, purge_ms = ?, type = ?, rotation = ?,
    primary_across = ?, replica_across = ?, across_due_ms = ?, incoming_link_id = ?
WHERE account = ? AND sid = ? AND stamp = ?

-- name: delete_secret
-- A purged secret, if it still has the stamp that the purge was decided on.
DELETE FROM secret WHERE account = ? AND sid = ? AND stamp = ?

-- name: raise_stamp
-- A link's lifecycle changed: whoever decided on the links that there were decides again.
UPDATE secret SET stamp = stamp + 1 WHERE account = ? AND sid = ?

-- name: raise_stamp_from
-- A link was added, if the secret still has the stamp that this was decided on.
UPDATE secret SET stamp = stamp + 1 WHERE account = ? AND sid = ? AND stamp = ?

-- name: insert_version
-- A new version.
INSERT INTO secret_version (content_id, kind, labels, created_ms, revision, account, sid, version_id, accessed_day)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: update_version
-- A version whose labels moved or whose value came; the day of access is written elsewhere.
UPDATE secret_version SET content_id = ?, kind = ?, labels = ?, created_ms = ?, revision = ?
WHERE account = ? AND sid = ? AND version_id = ?

-- name: set_sealed
-- A version's value.
UPDATE secret_version SET sealed = ? WHERE account = ? AND sid = ? AND version_id = ?

-- name: delete_version
-- A version that is dropped.
DELETE FROM secret_version WHERE account = ? AND sid = ? AND version_id = ?

-- name: delete_versions_of_secret
-- All of a purged secret's.
DELETE FROM secret_version WHERE account = ? AND sid = ?

-- name: insert_data_key
-- A version's data key under one KMS key.
INSERT INTO data_key (account, sid, version_id, key_arn, ordinal, wrapped) VALUES (?, ?, ?, ?, ?, ?)

-- name: delete_data_keys_of_version
-- Before new ones, or with its version.
DELETE FROM data_key WHERE account = ? AND sid = ? AND version_id = ?

-- name: delete_data_keys_of_secret
-- All of a purged secret's.
DELETE FROM data_key WHERE account = ? AND sid = ?

-- name: set_accessed_day_of_version
-- The last day on which a version was read; it only grows.
UPDATE secret_version SET accessed_day = ?
WHERE account = ? AND sid = ? AND version_id = ? AND (accessed_day IS NULL OR accessed_day < ?)

-- name: settle_accessed_day
-- The secret's day is the latest of the versions that it has now.
UPDATE secret
SET accessed_day = COALESCE((SELECT MAX(v.accessed_day) FROM secret_version v
                             WHERE v.account = secret.account AND v.sid = secret.sid), -1)
WHERE account = ? AND sid = ?

-- name: last_secret
-- The highest row number, which is no lower than the number of rows; numbers begin at 1.
SELECT MAX(rowid) FROM secret

-- name: secrets_of_account
-- How many an account has, up to a number.
SELECT COUNT(*) FROM (SELECT 1 FROM secret WHERE account = ? LIMIT ?) AS held

-- name: count_secrets
-- How many there are, those scheduled for deletion too.
SELECT COUNT(*) FROM secret
