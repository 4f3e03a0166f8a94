-- KMS: the life of keys, versions of their material, aliases with dates, grants, and when keys were last used.

-- NULL in a key of before: what all keys were then (SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT, AWS_KMS, its last version seals).
ALTER TABLE kms_key ADD COLUMN spec TEXT;
ALTER TABLE kms_key ADD COLUMN usage TEXT;
ALTER TABLE kms_key ADD COLUMN origin TEXT;
ALTER TABLE kms_key ADD COLUMN current_version BIGINT;
ALTER TABLE kms_key ADD COLUMN deletion_ms BIGINT;
ALTER TABLE kms_key ADD COLUMN rotation_days BIGINT;
ALTER TABLE kms_key ADD COLUMN rotates_ms BIGINT;
-- The first moment at which the Region has to do something about the key by itself.
ALTER TABLE kms_key ADD COLUMN due_ms BIGINT;
CREATE INDEX kms_key_due ON kms_key (due_ms, account, key_id);

-- NULL: material of before, whose id follows from its key and version. An empty `wrapped` is imported material that is gone.
ALTER TABLE kms_material ADD COLUMN material_id TEXT;
ALTER TABLE kms_material ADD COLUMN rotated_ms BIGINT;
ALTER TABLE kms_material ADD COLUMN rotation TEXT;
ALTER TABLE kms_material ADD COLUMN description TEXT;
ALTER TABLE kms_material ADD COLUMN expires_ms BIGINT;

-- NULL: as old as its key.
ALTER TABLE kms_alias ADD COLUMN created_ms BIGINT;
ALTER TABLE kms_alias ADD COLUMN updated_ms BIGINT;
CREATE INDEX kms_alias_of_key ON kms_alias (account, key_id, alias);

CREATE TABLE kms_grant (
    account TEXT NOT NULL,
    key_id TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    name TEXT NOT NULL,
    grantee TEXT NOT NULL,
    retiring TEXT NOT NULL,
    -- A JSON array, sorted.
    operations TEXT NOT NULL,
    -- JSON objects; NULL: no such constraint.
    context_equals TEXT,
    context_subset TEXT,
    issuing_account TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (account, key_id, grant_id)
);
CREATE INDEX kms_grant_named ON kms_grant (account, key_id, name, grant_id);
CREATE INDEX kms_grant_of_grantee ON kms_grant (account, key_id, grantee, grant_id);
CREATE INDEX kms_grant_retiring ON kms_grant (account, retiring, key_id, grant_id);

-- Written in batches, apart from the keys: a use changes no key.
CREATE TABLE kms_use (
    account TEXT NOT NULL,
    key_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (account, key_id)
);
