-- name: key_by_id
-- A KMS key without its material.
SELECT account, key_id, description, manager, state, tags, policy, created_ms, stamp
FROM kms_key WHERE account = ? AND key_id = ?

-- name: materials_of_key
-- Its wrapped material, by version.
SELECT version, wrapped FROM kms_material WHERE account = ? AND key_id = ? ORDER BY version

-- name: key_id_of_alias
-- Which key an alias names.
SELECT key_id FROM kms_alias WHERE account = ? AND alias = ?

-- name: key_stamp
-- Whether a key that was read still stands as it was.
SELECT stamp FROM kms_key WHERE account = ? AND key_id = ?

-- name: insert_key
-- A new key.
INSERT INTO kms_key (description, manager, state, tags, policy, created_ms, stamp, account, key_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: update_key
-- A changed key, if it still has the stamp that the change was decided on.
UPDATE kms_key SET description = ?, manager = ?, state = ?, tags = ?, policy = ?, created_ms = ?, stamp = ?
WHERE account = ? AND key_id = ? AND stamp = ?

-- name: insert_material
-- One version of a key's material; material never changes.
INSERT INTO kms_material (account, key_id, version, wrapped) VALUES (?, ?, ?, ?)

-- name: insert_alias
-- The name of a new key; the primary key refuses one that was taken meanwhile.
INSERT INTO kms_alias (account, alias, key_id) VALUES (?, ?, ?)
