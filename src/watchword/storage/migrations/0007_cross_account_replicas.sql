-- Replicas of secrets in other accounts of the same Region.

-- JSON objects: of a replica what it knows of its primary, of a primary what it knows of its replica; NULL: there is none.
ALTER TABLE secret ADD COLUMN primary_across TEXT;
ALTER TABLE secret ADD COLUMN replica_across TEXT;
-- From when on values are to be copied to the replica; NULL: it has them, or there is none.
ALTER TABLE secret ADD COLUMN across_due_ms BIGINT;
CREATE INDEX secret_across_due ON secret (across_due_ms, sid);
