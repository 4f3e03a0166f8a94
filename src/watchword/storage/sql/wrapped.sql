-- name: wrapped_materials
-- Key material after a place, in the order of its keys, but for what was imported and is gone.
SELECT account, key_id, version, wrapped FROM kms_material
WHERE (account, key_id, version) > (?, ?, ?) AND LENGTH(wrapped) > 0 ORDER BY account, key_id, version LIMIT ?

-- name: wrapped_access_keys
-- Secret access keys after a place, in the order of their ids.
SELECT access_key_id, sealed_secret FROM access_key WHERE access_key_id > ? ORDER BY access_key_id LIMIT ?

-- name: wrapped_credentials
-- Keys of accounts after a place, in the order of theirs.
SELECT account, kind, id, sealed FROM sealed_credential
WHERE (account, kind, id) > (?, ?, ?) ORDER BY account, kind, id LIMIT ?

-- name: count_wrapped_materials
-- How much key material there is.
SELECT COUNT(*) FROM kms_material WHERE LENGTH(wrapped) > 0

-- name: count_wrapped_access_keys
-- How many secret access keys there are.
SELECT COUNT(*) FROM access_key

-- name: count_wrapped_credentials
-- How many keys of accounts there are.
SELECT COUNT(*) FROM sealed_credential

-- name: rewrap_material
-- Key material under another master, if it still is what was read.
UPDATE kms_material SET wrapped = ? WHERE account = ? AND key_id = ? AND version = ? AND wrapped = ?

-- name: touch_key
-- Whoever read the key before has to read it again.
UPDATE kms_key SET stamp = stamp + 1 WHERE account = ? AND key_id = ?

-- name: rewrap_access_key
-- A secret access key under another master, if it still is what was read.
UPDATE access_key SET sealed_secret = ? WHERE access_key_id = ? AND sealed_secret = ?

-- name: rewrap_credential
-- A key of an account under another master, if it still is what was read.
UPDATE sealed_credential SET sealed = ? WHERE account = ? AND kind = ? AND id = ? AND sealed = ?
