-- The first schema. Portable types only (TEXT, BIGINT, BLOB), milliseconds since 1970 UTC as integers, random ids from
-- the application; no triggers, sequences, foreign keys or partial indexes. Keys of tenants' data start with the account.

-- Facts about this store: `incarnation`.
CREATE TABLE meta (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE account (
    account TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (account)
);

-- Looked up by what a request presents, before its account is known.
CREATE TABLE access_key (
    access_key_id TEXT NOT NULL,
    account TEXT NOT NULL,
    principal_arn TEXT NOT NULL,
    user_id TEXT NOT NULL,
    sealed_secret BLOB NOT NULL,
    active BIGINT NOT NULL,
    PRIMARY KEY (access_key_id)
);
CREATE INDEX access_key_of_account ON access_key (account, access_key_id);

-- One Region's record of a secret. Partition and Region are the store's own, and no column.
CREATE TABLE secret (
    account TEXT NOT NULL,
    sid TEXT NOT NULL,
    name TEXT NOT NULL,
    suffix TEXT NOT NULL,
    description TEXT,
    kms_key_id TEXT,
    policy TEXT,
    -- A JSON object; NULL: never tagged.
    tags TEXT,
    revision BIGINT NOT NULL,
    head_revision BIGINT NOT NULL,
    stamp BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    deleted_ms BIGINT,
    purge_ms BIGINT,
    incoming_link_id TEXT,
    -- The latest of its versions' days, -1 for never: what ListSecrets orders by.
    accessed_day BIGINT NOT NULL,
    PRIMARY KEY (account, sid)
);
CREATE UNIQUE INDEX secret_name ON secret (account, name);
CREATE INDEX secret_created ON secret (account, created_ms, sid);
CREATE INDEX secret_changed ON secret (account, changed_ms, sid);
CREATE INDEX secret_accessed ON secret (account, accessed_day, sid);
CREATE INDEX secret_purge ON secret (purge_ms, sid);
CREATE INDEX secret_incoming ON secret (incoming_link_id);

CREATE TABLE secret_version (
    account TEXT NOT NULL,
    sid TEXT NOT NULL,
    version_id TEXT NOT NULL,
    content_id TEXT,
    kind TEXT,
    -- A JSON array, sorted.
    labels TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    accessed_day BIGINT,
    -- Last, so that reading a version's head never follows the pages of its value.
    sealed BLOB,
    PRIMARY KEY (account, sid, version_id)
);

-- A version's data key, once under each KMS key that opens it.
CREATE TABLE data_key (
    account TEXT NOT NULL,
    sid TEXT NOT NULL,
    version_id TEXT NOT NULL,
    key_arn TEXT NOT NULL,
    ordinal BIGINT NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (account, sid, version_id, key_arn)
);

-- The primary's side of a link. No reference to the secret: a leaving link outlives it.
CREATE TABLE link (
    link_id TEXT NOT NULL,
    account TEXT NOT NULL,
    sid TEXT NOT NULL,
    arn TEXT NOT NULL,
    region TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    principal_arn TEXT NOT NULL,
    kms_key_id TEXT,
    overwrite BIGINT NOT NULL,
    lifecycle TEXT NOT NULL,
    status TEXT NOT NULL,
    message TEXT,
    written BIGINT NOT NULL,
    sent_incarnation TEXT,
    sent_revision BIGINT,
    sent_digest TEXT,
    acked_incarnation TEXT,
    acked_revision BIGINT,
    acked_digest TEXT,
    shaken_ours TEXT,
    shaken_theirs TEXT,
    whole BIGINT NOT NULL,
    dirty_since_ms BIGINT,
    dirty_after_send_ms BIGINT,
    attempts BIGINT NOT NULL,
    next_attempt_ms BIGINT,
    accessed_day BIGINT,
    PRIMARY KEY (link_id)
);
CREATE INDEX link_of_secret ON link (account, sid);
CREATE INDEX link_due ON link (region, next_attempt_ms, link_id);
CREATE INDEX link_to_region ON link (region, link_id);
CREATE INDEX link_by_lifecycle ON link (account, region, lifecycle, link_id);

-- The replica's side of a link; a tombstone stays when the secret is gone.
CREATE TABLE incoming (
    link_id TEXT NOT NULL,
    account TEXT NOT NULL,
    primary_region TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    role TEXT NOT NULL,
    stand_incarnation TEXT,
    stand_revision BIGINT,
    stand_digest TEXT,
    told BIGINT NOT NULL,
    PRIMARY KEY (link_id)
);
CREATE INDEX incoming_untold ON incoming (role, told, link_id);
CREATE INDEX incoming_untold_to ON incoming (primary_region, role, told, link_id);

CREATE TABLE kms_key (
    account TEXT NOT NULL,
    key_id TEXT NOT NULL,
    description TEXT NOT NULL,
    manager TEXT NOT NULL,
    state TEXT NOT NULL,
    tags TEXT NOT NULL,
    policy TEXT,
    created_ms BIGINT NOT NULL,
    stamp BIGINT NOT NULL,
    PRIMARY KEY (account, key_id)
);

CREATE TABLE kms_material (
    account TEXT NOT NULL,
    key_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (account, key_id, version)
);

CREATE TABLE kms_alias (
    account TEXT NOT NULL,
    alias TEXT NOT NULL,
    key_id TEXT NOT NULL,
    PRIMARY KEY (account, alias)
);

-- Events of changes, until the agent has moved them to a segment of the trail.
CREATE TABLE event (
    event_id TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    line BLOB NOT NULL,
    PRIMARY KEY (event_id)
);
CREATE INDEX event_order ON event (at_ms, event_id);
