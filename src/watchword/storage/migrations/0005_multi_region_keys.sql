-- Links carry several kinds of things, of which multi-Region keys are one.

-- NULL: a secret, as all links were before.
ALTER TABLE link ADD COLUMN kind TEXT;
ALTER TABLE incoming ADD COLUMN kind TEXT;
