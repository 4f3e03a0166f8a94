-- Links carry several kinds of things, of which multi-Region keys are one.

-- NULL: a secret, as all links were before.
ALTER TABLE link ADD COLUMN kind TEXT;
CREATE INDEX link_stuck ON link (kind, status, next_attempt_ms, link_id);
ALTER TABLE incoming ADD COLUMN kind TEXT;
-- Which thing of its kind; NULL: a secret, which names its link itself.
ALTER TABLE incoming ADD COLUMN sid TEXT;
CREATE INDEX incoming_of_thing ON incoming (account, sid, link_id);

-- A JSON object: what the Regions of a multi-Region key tell each other; NULL: a key of one Region.
ALTER TABLE kms_key ADD COLUMN family TEXT;
-- How long the window is that begins when the last replica is gone.
ALTER TABLE kms_key ADD COLUMN window_days BIGINT;
-- The family's revision with which the material came here; NULL: it was here from the beginning.
ALTER TABLE kms_material ADD COLUMN learned BIGINT;

-- What ReplicateKey asked for in other Regions.
CREATE TABLE kms_replica_wanted (
    account TEXT NOT NULL,
    key_id TEXT NOT NULL,
    region TEXT NOT NULL,
    count BIGINT NOT NULL,
    description TEXT NOT NULL,
    policy TEXT,
    -- A JSON object.
    tags TEXT NOT NULL,
    PRIMARY KEY (account, key_id, region)
);
