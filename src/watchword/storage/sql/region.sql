-- name: access_key_by_id
-- Whose an access key is.
SELECT access_key_id, account, principal_arn, user_id, sealed_secret, active FROM access_key WHERE access_key_id = ?

-- name: access_keys_of_account
-- Every access key of an account.
SELECT access_key_id, account, principal_arn, user_id, sealed_secret, active FROM access_key
WHERE account = ? ORDER BY access_key_id

-- name: save_access_key
-- An access key, made or changed.
INSERT INTO access_key (access_key_id, account, principal_arn, user_id, sealed_secret, active)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (access_key_id) DO UPDATE
SET account = excluded.account, principal_arn = excluded.principal_arn, user_id = excluded.user_id,
    sealed_secret = excluded.sealed_secret, active = excluded.active

-- name: insert_account
-- An account; adding it again changes nothing.
INSERT INTO account (account, created_ms) VALUES (?, ?) ON CONFLICT (account) DO NOTHING

-- name: accounts
-- Every account of this Region.
SELECT account FROM account ORDER BY account

-- name: account_is_there
-- Whether this Region has an account.
SELECT 1 FROM account WHERE account = ?

-- name: incarnation
-- Which opening of this store the Region lives in.
SELECT value FROM meta WHERE name = 'incarnation'

-- name: save_incarnation
-- A new one.
INSERT INTO meta (name, value) VALUES ('incarnation', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value

-- name: mark_unscrubbed
-- A secret was purged, and copies of its rows may lie outside the tables; the latest such moment, in any order of commits.
INSERT INTO meta (name, value) VALUES ('unscrubbed', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value
WHERE CAST(excluded.value AS BIGINT) > CAST(meta.value AS BIGINT)

-- name: unscrubbed
-- Whether anything was purged since the files were last scrubbed.
SELECT value FROM meta WHERE name = 'unscrubbed'

-- name: clear_unscrubbed
-- The files were scrubbed.
DELETE FROM meta WHERE name = 'unscrubbed'

-- name: oldest_event
-- When the oldest event was written that no segment holds yet.
SELECT MIN(at_ms) FROM event

-- name: insert_event
-- An event of the trail, with the change it tells of.
INSERT INTO event (event_id, at_ms, line) VALUES (?, ?, ?)

-- name: events
-- The oldest events that no segment holds yet.
SELECT event_id, at_ms, line FROM event ORDER BY at_ms, event_id LIMIT ?

-- name: delete_event
-- An event that a segment holds.
DELETE FROM event WHERE event_id = ?

-- name: secrets_held
-- A page of all secrets, whatever their account: what is lost with a Region.
SELECT account, sid, name, incoming_link_id FROM secret WHERE (account, name) > (?, ?) ORDER BY account, name LIMIT ?

-- name: keys_held
-- A page of all keys of one manager that nobody has given up.
SELECT account, key_id FROM kms_key
WHERE (account, key_id) > (?, ?) AND manager = ? AND deletion_ms IS NULL ORDER BY account, key_id LIMIT ?
