-- name: key_by_id
-- A KMS key without its material.
SELECT account, key_id, description, manager, state, tags, policy, created_ms, stamp,
       spec, usage, origin, current_version, deletion_ms, rotation_days, rotates_ms, window_days, family
FROM kms_key WHERE account = ? AND key_id = ?

-- name: materials_of_key
-- Its wrapped material, by version.
SELECT version, wrapped, material_id, rotated_ms, rotation, description, expires_ms, learned
FROM kms_material WHERE account = ? AND key_id = ? ORDER BY version

-- name: key_ids
-- A page of an account's keys.
SELECT key_id FROM kms_key WHERE account = ? AND key_id > ? ORDER BY key_id LIMIT ?

-- name: keys_due
-- Keys that the Region has to do something about, the longest overdue first.
SELECT account, key_id FROM kms_key WHERE due_ms <= ? ORDER BY due_ms, account, key_id LIMIT ?

-- name: key_beyond
-- Whether an account has more keys than a number.
SELECT 1 FROM kms_key WHERE account = ? LIMIT 1 OFFSET ?

-- name: key_id_of_alias
-- Which key an alias names.
SELECT key_id FROM kms_alias WHERE account = ? AND alias = ?

-- name: key_stamp
-- Whether a key that was read still stands as it was.
SELECT stamp FROM kms_key WHERE account = ? AND key_id = ?

-- name: insert_key
-- A new key.
INSERT INTO kms_key (description, manager, state, tags, policy, created_ms, stamp, spec, usage, origin,
                     current_version, deletion_ms, rotation_days, rotates_ms, window_days, family, due_ms, account, key_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: update_key
-- A changed key, if it still has the stamp that the change was decided on.
UPDATE kms_key SET description = ?, manager = ?, state = ?, tags = ?, policy = ?, created_ms = ?, stamp = ?,
    spec = ?, usage = ?, origin = ?, current_version = ?, deletion_ms = ?, rotation_days = ?, rotates_ms = ?,
    window_days = ?, family = ?, due_ms = ?
WHERE account = ? AND key_id = ? AND stamp = ?

-- name: delete_key
-- A key that is destroyed, if it still has the stamp that this was decided on.
DELETE FROM kms_key WHERE account = ? AND key_id = ? AND stamp = ?

-- name: save_material
-- One version of a key's material. Its bytes go when imported material does, and come back when the same is imported again.
INSERT INTO kms_material (wrapped, material_id, rotated_ms, rotation, description, expires_ms, learned, account, key_id,
                          version)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (account, key_id, version) DO UPDATE
SET wrapped = excluded.wrapped, material_id = excluded.material_id, rotated_ms = excluded.rotated_ms,
    rotation = excluded.rotation, description = excluded.description, expires_ms = excluded.expires_ms,
    learned = excluded.learned

-- name: delete_materials_of_key
-- Shredding: what only this key could open, nobody opens any more.
DELETE FROM kms_material WHERE account = ? AND key_id = ?

-- name: alias_by_name
-- An alias; one of before is as old as its key.
SELECT kms_alias.account, alias, kms_alias.key_id, COALESCE(kms_alias.created_ms, kms_key.created_ms),
       COALESCE(updated_ms, kms_key.created_ms)
FROM kms_alias JOIN kms_key ON kms_key.account = kms_alias.account AND kms_key.key_id = kms_alias.key_id
WHERE kms_alias.account = ? AND alias = ?

-- name: aliases
-- A page of an account's aliases.
SELECT kms_alias.account, alias, kms_alias.key_id, COALESCE(kms_alias.created_ms, kms_key.created_ms),
       COALESCE(updated_ms, kms_key.created_ms)
FROM kms_alias JOIN kms_key ON kms_key.account = kms_alias.account AND kms_key.key_id = kms_alias.key_id
WHERE kms_alias.account = ? AND alias > ? ORDER BY alias LIMIT ?

-- name: aliases_of_key
-- A page of a key's aliases.
SELECT kms_alias.account, alias, kms_alias.key_id, COALESCE(kms_alias.created_ms, kms_key.created_ms),
       COALESCE(updated_ms, kms_key.created_ms)
FROM kms_alias JOIN kms_key ON kms_key.account = kms_alias.account AND kms_key.key_id = kms_alias.key_id
WHERE kms_alias.account = ? AND kms_alias.key_id = ? AND alias > ? ORDER BY alias LIMIT ?

-- name: insert_alias
-- The name of a key; the primary key refuses one that was taken meanwhile.
INSERT INTO kms_alias (account, alias, key_id, created_ms, updated_ms) VALUES (?, ?, ?, ?, ?)

-- name: update_alias
-- An alias that names another key, if it still names the one that was read.
UPDATE kms_alias SET key_id = ?, updated_ms = ? WHERE account = ? AND alias = ? AND key_id = ?

-- name: delete_alias
-- An alias that goes, if it still names the key that was read.
DELETE FROM kms_alias WHERE account = ? AND alias = ? AND key_id = ?

-- name: delete_aliases_of_key
-- A destroyed key's names are free.
DELETE FROM kms_alias WHERE account = ? AND key_id = ?

-- name: grant_by_id
-- A grant.
SELECT account, key_id, grant_id, name, grantee, retiring, operations, context_equals, context_subset, issuing_account,
       created_ms
FROM kms_grant WHERE account = ? AND key_id = ? AND grant_id = ?

-- name: grants_of_key
-- A page of a key's grants.
SELECT account, key_id, grant_id, name, grantee, retiring, operations, context_equals, context_subset, issuing_account,
       created_ms
FROM kms_grant WHERE account = ? AND key_id = ? AND grant_id > ? ORDER BY grant_id LIMIT ?

-- name: grants_of_grantee
-- A page of what one principal was granted on a key.
SELECT account, key_id, grant_id, name, grantee, retiring, operations, context_equals, context_subset, issuing_account,
       created_ms
FROM kms_grant WHERE account = ? AND key_id = ? AND grantee = ? AND grant_id > ? ORDER BY grant_id LIMIT ?

-- name: grants_named
-- A key's grants of one name: asked for again, one of them is meant.
SELECT account, key_id, grant_id, name, grantee, retiring, operations, context_equals, context_subset, issuing_account,
       created_ms
FROM kms_grant WHERE account = ? AND key_id = ? AND name = ? ORDER BY grant_id

-- name: grant_ids_named
-- Whether the grants of one name are still those that were read.
SELECT grant_id FROM kms_grant WHERE account = ? AND key_id = ? AND name = ? ORDER BY grant_id

-- name: grants_retirable
-- A page of the grants that a principal may retire.
SELECT account, key_id, grant_id, name, grantee, retiring, operations, context_equals, context_subset, issuing_account,
       created_ms
FROM kms_grant WHERE account = ? AND retiring = ? AND (key_id, grant_id) > (?, ?) ORDER BY key_id, grant_id LIMIT ?

-- name: grant_beyond
-- Whether a key has more grants than a number.
SELECT 1 FROM kms_grant WHERE account = ? AND key_id = ? LIMIT 1 OFFSET ?

-- name: insert_grant
-- A new grant.
INSERT INTO kms_grant (account, key_id, grant_id, name, grantee, retiring, operations, context_equals, context_subset,
                       issuing_account, created_ms)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: delete_grant
-- A grant that was retired or revoked.
DELETE FROM kms_grant WHERE account = ? AND key_id = ? AND grant_id = ?

-- name: delete_grants_of_key
-- The grants of a destroyed key.
DELETE FROM kms_grant WHERE account = ? AND key_id = ?

-- name: use_of_key
-- When a key was last used.
SELECT operation, at_ms FROM kms_use WHERE account = ? AND key_id = ?

-- name: save_use
-- A later use of a key that is there; an earlier one changes nothing.
INSERT INTO kms_use (account, key_id, operation, at_ms)
SELECT account, key_id, ?, ? FROM kms_key WHERE account = ? AND key_id = ?
ON CONFLICT (account, key_id) DO UPDATE SET operation = excluded.operation, at_ms = excluded.at_ms
WHERE excluded.at_ms > kms_use.at_ms

-- name: delete_use_of_key
-- The last use of a destroyed key.
DELETE FROM kms_use WHERE account = ? AND key_id = ?

-- name: replica_wanted
-- What ReplicateKey asked for in a Region.
SELECT account, key_id, region, count, description, policy, tags FROM kms_replica_wanted
WHERE account = ? AND key_id = ? AND region = ?

-- name: save_replica_wanted
-- The same, in the place of what was asked for an earlier replica there.
INSERT INTO kms_replica_wanted (account, key_id, region, count, description, policy, tags) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (account, key_id, region) DO UPDATE SET count = excluded.count, description = excluded.description,
    policy = excluded.policy, tags = excluded.tags

-- name: delete_replicas_wanted
-- A destroyed key wants no replica.
DELETE FROM kms_replica_wanted WHERE account = ? AND key_id = ?
