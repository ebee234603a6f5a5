-- The identity vault and the audit trail.
-- depends: 0002_feedback

-- migrate: apply
-- The reference as the force wrote it, encrypted; read only to find a child who is not safe,
-- to show a caseworker her own reference, and to make pseudonyms again under a new key.
CREATE TABLE vault.original (
    force text NOT NULL,
    id uuid NOT NULL,
    key_id text NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (force, id),
    FOREIGN KEY (force, id) REFERENCES register.pseudonym (force, id)
);

-- How, and whether, a person may be reached.
CREATE TABLE vault.safe_contact (
    force text NOT NULL,
    id uuid NOT NULL,
    key_id text NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (force, id),
    FOREIGN KEY (force, id) REFERENCES feedback.invitation (force, id)
);

CREATE TABLE audit.entry (
    force text NOT NULL,
    id uuid NOT NULL,
    happened_at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    action text NOT NULL,
    subject uuid,
    detail jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (force, id)
);

ALTER TABLE vault.original ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE vault.safe_contact ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE audit.entry ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY own_force ON vault.original USING (force = current_setting('heard.force', TRUE));
CREATE POLICY own_force ON vault.safe_contact USING (force = current_setting('heard.force', TRUE));
CREATE POLICY own_force ON audit.entry USING (force = current_setting('heard.force', TRUE));

GRANT SELECT, INSERT ON vault.original, vault.safe_contact TO heard_console, heard_worker;
GRANT UPDATE, DELETE ON vault.original, vault.safe_contact TO heard_worker;
-- Written by all, changed by nobody.
GRANT INSERT ON audit.entry TO heard_respondent, heard_console, heard_worker, heard_analyst;

-- migrate: rollback
