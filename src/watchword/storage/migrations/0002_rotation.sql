-- Managed external secrets, and rotation as it is configured and as far as it got.

-- The partner that holds the secret; NULL: none does.
ALTER TABLE secret ADD COLUMN type TEXT;
-- A JSON object; NULL: never configured.
ALTER TABLE secret ADD COLUMN rotation TEXT;
