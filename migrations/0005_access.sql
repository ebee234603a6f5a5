-- Tokens with which a force's record system calls the API: one force each, kept as hashes.
-- depends: 0004_gate

-- migrate: apply
CREATE SCHEMA access;
GRANT USAGE ON SCHEMA access TO heard_console, heard_worker;

CREATE TABLE access.api_token (
    force text NOT NULL,
    id uuid NOT NULL,
    secret_hash bytea NOT NULL CHECK (length(secret_hash) = 32),
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (force, id)
);
ALTER TABLE access.api_token ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_force ON access.api_token USING (force = current_setting('heard.force', TRUE));
GRANT SELECT, INSERT ON access.api_token TO heard_console, heard_worker;
GRANT UPDATE (revoked_at) ON access.api_token TO heard_console, heard_worker;

-- migrate: rollback
