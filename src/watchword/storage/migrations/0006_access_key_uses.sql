-- When access keys were last used in this Region.

-- Written in batches, apart from the account's state: a use changes nothing of it.
CREATE TABLE access_key_use (
    account TEXT NOT NULL,
    access_key_id TEXT NOT NULL,
    -- As scopes of signatures name it.
    service TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (account, access_key_id)
);
