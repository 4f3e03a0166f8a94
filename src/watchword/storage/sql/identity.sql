-- name: identity_of_account
-- At which revision an account's identity stands.
SELECT revision, content_id, changed_ms, in_force FROM identity WHERE account = ?

-- name: identity_stamp
-- The same, as far as a commit compares it.
SELECT revision, content_id, in_force FROM identity WHERE account = ?

-- name: identity_revisions
-- The same of every account.
SELECT account, revision FROM identity ORDER BY account

-- name: identity_link
-- The link that an account's identity came by.
SELECT incoming_link_id FROM identity WHERE account = ?

-- name: account_of_incoming
-- Whose what a link brings is.
SELECT account FROM incoming WHERE link_id = ?

-- name: identity_item_content
-- Whether one of them is what it was.
SELECT content_id FROM identity_item WHERE account = ? AND kind = ? AND id = ?

-- name: identity_items
-- All that an account's identity is made of.
SELECT kind, id, revision, content_id, body FROM identity_item WHERE account = ?

-- name: insert_identity
-- An account's first state.
INSERT INTO identity (account, revision, content_id, changed_ms, in_force, incoming_link_id) VALUES (?, ?, ?, ?, ?, ?)

-- name: update_identity
-- An account's next state, if it still is what the change was decided on.
UPDATE identity SET revision = ?, content_id = ?, changed_ms = ?, in_force = ?, incoming_link_id = ?
WHERE account = ? AND revision = ? AND content_id = ?

-- name: save_identity_item
-- An item, made or changed.
INSERT INTO identity_item (account, kind, id, revision, content_id, body) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (account, kind, id) DO UPDATE
SET revision = excluded.revision, content_id = excluded.content_id, body = excluded.body

-- name: delete_identity_item
-- An item that is gone.
DELETE FROM identity_item WHERE account = ? AND kind = ? AND id = ?

-- name: set_access_key_active
-- Whether an access key is let in.
UPDATE access_key SET active = ? WHERE account = ? AND access_key_id = ?

-- name: delete_access_key
-- An access key that is gone.
DELETE FROM access_key WHERE account = ? AND access_key_id = ?

-- name: sealed_credential
-- What a custodian sealed for an account.
SELECT sealed FROM sealed_credential WHERE account = ? AND kind = ? AND id = ?

-- name: save_sealed_credential
-- The same, made or sealed anew.
INSERT INTO sealed_credential (account, kind, id, sealed) VALUES (?, ?, ?, ?)
ON CONFLICT (account, kind, id) DO UPDATE SET sealed = excluded.sealed

-- name: delete_sealed_credential
-- It is not needed any more.
DELETE FROM sealed_credential WHERE account = ? AND kind = ? AND id = ?

-- name: use_of_access_key
-- When an access key was last used here.
SELECT service, at_ms FROM access_key_use WHERE account = ? AND access_key_id = ?

-- name: save_use_of_access_key
-- A later use of an access key that is there; an earlier one changes nothing.
INSERT INTO access_key_use (account, access_key_id, service, at_ms)
SELECT account, access_key_id, ?, ? FROM access_key WHERE account = ? AND access_key_id = ?
ON CONFLICT (account, access_key_id) DO UPDATE SET service = excluded.service, at_ms = excluded.at_ms
WHERE excluded.at_ms > access_key_use.at_ms

-- name: delete_use_of_access_key
-- The last use of an access key that is gone.
DELETE FROM access_key_use WHERE account = ? AND access_key_id = ?
