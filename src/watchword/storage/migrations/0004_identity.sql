-- Identity: an account's state as items of one revision, and what custodians keep sealed of it.

CREATE TABLE identity (
    account TEXT NOT NULL,
    revision BIGINT NOT NULL,
    -- Random, new with each revision: a store that was set back shows by it.
    content_id TEXT NOT NULL,
    changed_ms BIGINT NOT NULL,
    -- 0: the Region is not enabled for the account any more; nobody of it is let in.
    in_force BIGINT NOT NULL,
    incoming_link_id TEXT,
    PRIMARY KEY (account)
);

CREATE TABLE identity_item (
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    content_id TEXT NOT NULL,
    -- A JSON object.
    body BLOB NOT NULL,
    PRIMARY KEY (account, kind, id)
);

-- What belongs to an account and only custodians open, but for access keys: its session keys.
CREATE TABLE sealed_credential (
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (account, kind, id)
);
