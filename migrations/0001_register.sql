-- The register: what forces send, as append-only versions under pseudonyms.
-- depends:

-- migrate: apply
CREATE SCHEMA register;
CREATE SCHEMA feedback;
CREATE SCHEMA vault;
CREATE SCHEMA audit;

GRANT USAGE ON SCHEMA register TO heard_console, heard_worker, heard_analyst;
GRANT USAGE ON SCHEMA feedback TO heard_respondent, heard_console, heard_worker, heard_analyst;
GRANT USAGE ON SCHEMA vault TO heard_console, heard_worker;
GRANT USAGE ON SCHEMA audit TO heard_respondent, heard_console, heard_worker, heard_analyst;

-- A reference a force uses (of a contact, a case or a child), known here only by its blind index.
-- subject is the thing meant: merging two references changes it here and never in the rows below.
CREATE TABLE register.pseudonym (
    force text NOT NULL CHECK (length(force) BETWEEN 2 AND 40),
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('contact', 'case', 'child')),
    key_version smallint NOT NULL CHECK (key_version > 0),
    blind_index bytea NOT NULL CHECK (length(blind_index) = 32),
    subject uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (force, id),
    UNIQUE (force, kind, key_version, blind_index)
);
CREATE INDEX pseudonym_subject ON register.pseudonym (force, subject);

-- One import of a file, or one call.
CREATE TABLE register.batch (
    force text NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('contacts', 'interventions', 'events', 'outcomes', 'responses')),
    received_at timestamptz NOT NULL DEFAULT now(),
    received_from text NOT NULL,
    rows_new integer NOT NULL CHECK (rows_new >= 0),
    rows_known integer NOT NULL CHECK (rows_known >= 0),
    rows_rejected integer NOT NULL CHECK (rows_rejected >= 0),
    PRIMARY KEY (force, id)
);

-- The newest recorded_at wins, then the larger source_event_id, then the larger digest.
CREATE TABLE register.contact_version (
    force text NOT NULL,
    id uuid NOT NULL,
    contact uuid NOT NULL,
    case_id uuid NOT NULL,
    child uuid NOT NULL,
    contact_at timestamptz NOT NULL,
    contact_type text NOT NULL,
    child_role text NOT NULL CHECK (child_role IN ('victim', 'witness', 'suspect', 'missing', 'at_scene')),
    age_years smallint NOT NULL CHECK (age_years BETWEEN 0 AND 17),
    age_band text NOT NULL CHECK (age_band IN ('0-5', '6-7', '8-11', '12-15', '16-17')),
    severity smallint CHECK (severity BETWEEN 1 AND 5),
    gender text,
    ethnic_group text,
    flags text [] NOT NULL DEFAULT '{}',
    team text,
    owner text,
    deprivation_decile smallint CHECK (deprivation_decile BETWEEN 1 AND 10),
    reported_at timestamptz,
    first_contact_at timestamptz,
    evidence_gate text NOT NULL DEFAULT '' CHECK (evidence_gate IN ('open', 'closed', '')),
    gate_agreed_by text,
    gate_review_on date,
    source_event_id text NOT NULL DEFAULT '' COLLATE "C",
    recorded_at timestamptz NOT NULL,
    withdrawn boolean NOT NULL DEFAULT FALSE,
    digest bytea NOT NULL,
    batch uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (force, id),
    UNIQUE (force, contact, recorded_at, source_event_id, digest),
    FOREIGN KEY (force, contact) REFERENCES register.pseudonym (force, id),
    FOREIGN KEY (force, case_id) REFERENCES register.pseudonym (force, id),
    FOREIGN KEY (force, child) REFERENCES register.pseudonym (force, id)
);
CREATE INDEX contact_version_child ON register.contact_version (force, child);
CREATE INDEX contact_version_owner ON register.contact_version (force, owner);

CREATE TABLE register.intervention_version (
    force text NOT NULL,
    id uuid NOT NULL,
    contact uuid NOT NULL,
    intervention text NOT NULL COLLATE "C",
    status text NOT NULL COLLATE "C"
    CHECK (status IN ('offered', 'accepted', 'declined', 'delivered')),
    offered_on date,
    started_on date,
    ended_on date,
    provider text,
    dose double precision CHECK (dose >= 0),
    source_event_id text NOT NULL DEFAULT '' COLLATE "C",
    recorded_at timestamptz NOT NULL,
    withdrawn boolean NOT NULL DEFAULT FALSE,
    digest bytea NOT NULL,
    batch uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (force, id),
    UNIQUE (force, contact, intervention, status, recorded_at, source_event_id, digest),
    FOREIGN KEY (force, contact) REFERENCES register.pseudonym (force, id)
);

CREATE TABLE register.event_version (
    force text NOT NULL,
    id uuid NOT NULL,
    contact uuid NOT NULL,
    event text NOT NULL COLLATE "C",
    happened_at timestamptz NOT NULL,
    source_event_id text NOT NULL DEFAULT '' COLLATE "C",
    recorded_at timestamptz NOT NULL,
    withdrawn boolean NOT NULL DEFAULT FALSE,
    digest bytea NOT NULL,
    batch uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (force, id),
    UNIQUE (force, contact, event, happened_at, recorded_at, source_event_id, digest),
    FOREIGN KEY (force, contact) REFERENCES register.pseudonym (force, id)
);

CREATE TABLE register.outcome_version (
    force text NOT NULL,
    id uuid NOT NULL,
    contact uuid NOT NULL,
    outcome_set text NOT NULL COLLATE "C",
    outcome text NOT NULL COLLATE "C",
    decided_on date NOT NULL,
    recorded_on date,
    told_child_on date,
    final boolean,
    value double precision,
    source_event_id text NOT NULL DEFAULT '' COLLATE "C",
    recorded_at timestamptz NOT NULL,
    withdrawn boolean NOT NULL DEFAULT FALSE,
    digest bytea NOT NULL,
    batch uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (force, id),
    UNIQUE (force, contact, outcome_set, outcome, recorded_at, source_event_id, digest),
    FOREIGN KEY (force, contact) REFERENCES register.pseudonym (force, id)
);

-- What stands now. Withdrawn versions are chosen first and dropped after, so a withdrawal hides its row.
-- They run with the caller's rights (security_invoker), so row-level security holds through them.
CREATE VIEW register.contact_now WITH (security_invoker = TRUE) AS
SELECT * FROM (
    SELECT DISTINCT ON (force, contact) *
    FROM register.contact_version
    ORDER BY force, contact, recorded_at DESC, source_event_id DESC, digest DESC
) AS newest
WHERE NOT withdrawn;

CREATE VIEW register.intervention_now WITH (security_invoker = TRUE) AS
SELECT * FROM (
    SELECT DISTINCT ON (force, contact, intervention, status) *
    FROM register.intervention_version
    ORDER BY
        force, contact, intervention, status, recorded_at DESC, source_event_id DESC, digest DESC
) AS newest
WHERE NOT withdrawn;

CREATE VIEW register.event_now WITH (security_invoker = TRUE) AS
SELECT * FROM (
    SELECT DISTINCT ON (force, contact, event, happened_at) *
    FROM register.event_version
    ORDER BY
        force, contact, event, happened_at, recorded_at DESC, source_event_id DESC, digest DESC
) AS newest
WHERE NOT withdrawn;

CREATE VIEW register.outcome_now WITH (security_invoker = TRUE) AS
SELECT * FROM (
    SELECT DISTINCT ON (force, contact, outcome_set, outcome) *
    FROM register.outcome_version
    ORDER BY
        force, contact, outcome_set, outcome, recorded_at DESC, source_event_id DESC, digest DESC
) AS newest
WHERE NOT withdrawn;

-- Analysts never see the year of age, who owns a contact or who agreed the gate.
CREATE VIEW register.contact_for_analysis WITH (security_invoker = TRUE) AS
SELECT * FROM (
    SELECT DISTINCT ON (force, contact)
        force,
        contact,
        case_id,
        child,
        contact_at,
        contact_type,
        child_role,
        age_band,
        severity,
        gender,
        ethnic_group,
        flags,
        team,
        deprivation_decile,
        reported_at,
        first_contact_at,
        evidence_gate,
        gate_review_on,
        source_event_id,
        recorded_at,
        withdrawn
    FROM register.contact_version
    ORDER BY force, contact, recorded_at DESC, source_event_id DESC, digest DESC
) AS newest
WHERE NOT withdrawn;

ALTER TABLE register.pseudonym ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE register.batch ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE register.contact_version ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE register.intervention_version ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE register.event_version ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE register.outcome_version ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY own_force ON register.pseudonym USING (force = current_setting('heard.force', TRUE));
CREATE POLICY own_force ON register.batch USING (force = current_setting('heard.force', TRUE));
CREATE POLICY own_force ON register.contact_version
USING (force = current_setting('heard.force', TRUE));
CREATE POLICY own_force ON register.intervention_version
USING (force = current_setting('heard.force', TRUE));
CREATE POLICY own_force ON register.event_version
USING (force = current_setting('heard.force', TRUE));
CREATE POLICY own_force ON register.outcome_version
USING (force = current_setting('heard.force', TRUE));

GRANT SELECT, INSERT ON
register.pseudonym,
register.batch,
register.contact_version,
register.intervention_version,
register.event_version,
register.outcome_version
TO heard_console, heard_worker;
GRANT SELECT ON
register.contact_now, register.intervention_now, register.event_now, register.outcome_now
TO heard_console, heard_worker;

GRANT SELECT (
    force, contact, case_id, child, contact_at, contact_type, child_role, age_band, severity,
    gender, ethnic_group, flags, team, deprivation_decile, reported_at, first_contact_at,
    evidence_gate, gate_review_on, source_event_id, recorded_at, withdrawn, digest
) ON register.contact_version TO heard_analyst;
GRANT SELECT (force, id, kind, subject) ON register.pseudonym TO heard_analyst;
GRANT SELECT ON
register.batch,
register.intervention_version,
register.event_version,
register.outcome_version,
register.contact_for_analysis,
register.intervention_now,
register.event_now,
register.outcome_now
TO heard_analyst;

-- migrate: rollback
