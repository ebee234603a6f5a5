-- Feedback: who is asked, the links, the visits, the answers.
-- depends: 0001_register

-- migrate: apply
CREATE TABLE feedback.invitation (
    force text NOT NULL,
    id uuid NOT NULL,
    contact uuid NOT NULL,
    child uuid NOT NULL,
    respondent text NOT NULL CHECK (respondent IN ('child', 'carer')),
    respondent_no smallint NOT NULL DEFAULT 1 CHECK (respondent_no BETWEEN 1 AND 9),
    wave text NOT NULL CHECK (wave IN ('T1', 'T2', 'T3')),
    language text NOT NULL,
    needs text [] NOT NULL DEFAULT '{}',
    channel text NOT NULL CHECK (channel IN ('sms', 'email', 'card', 'none')),
    instrument text NOT NULL,
    state text NOT NULL CHECK (
        state IN (
            'held', 'queued', 'sent', 'delivered', 'failed', 'unknown', 'opened',
            'part_answered', 'answered', 'expired', 'revoked'
        )
    ),
    held_reason text,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    expires_at timestamptz NOT NULL,
    opened_at timestamptz,
    answered_at timestamptz,
    revoked_at timestamptz,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (force, id),
    FOREIGN KEY (force, contact) REFERENCES register.pseudonym (force, id),
    FOREIGN KEY (force, child) REFERENCES register.pseudonym (force, id),
    CHECK ((state = 'held') = (held_reason IS NOT NULL)),
    CHECK ((state = 'revoked') = (revoked_at IS NOT NULL)),
    CHECK (expires_at > created_at)
);
-- One live ask of one person about one contact in one wave.
CREATE UNIQUE INDEX invitation_one_live
ON feedback.invitation (force, contact, respondent, respondent_no, wave)
WHERE state <> 'revoked';
CREATE INDEX invitation_child ON feedback.invitation (force, child, created_at);
CREATE INDEX invitation_state ON feedback.invitation (force, state, id);

-- The live directory: the only way from a bare token to a force. Keyed hashes only.
CREATE TABLE feedback.link (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    force text NOT NULL,
    invitation uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('link', 'card')),
    expires_at timestamptz NOT NULL,
    FOREIGN KEY (force, invitation) REFERENCES feedback.invitation (force, id)
);
CREATE INDEX link_invitation ON feedback.link (force, invitation);

CREATE TABLE feedback.response (
    force text NOT NULL,
    id uuid NOT NULL,
    invitation uuid,
    contact uuid NOT NULL,
    respondent text NOT NULL CHECK (respondent IN ('child', 'carer')),
    respondent_no smallint NOT NULL CHECK (respondent_no BETWEEN 1 AND 9),
    wave text NOT NULL CHECK (wave IN ('T1', 'T2', 'T3')),
    entered text NOT NULL CHECK (entered IN ('online', 'paper')),
    instrument text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    language text NOT NULL,
    state text NOT NULL CHECK (state IN ('partial', 'complete', 'withdrawn')),
    completion_mode text CHECK (
        completion_mode IN (
            'alone', 'helped_by_carer', 'helped_by_professional', 'interpreter', 'proxy'
        )
    ),
    answers jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(answers) = 'object'),
    digest bytea,
    started_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    completed_at timestamptz,
    batch uuid,
    PRIMARY KEY (force, id),
    -- Exactly one response: the promise the whole product stands on.
    UNIQUE (force, contact, respondent, respondent_no, wave),
    FOREIGN KEY (force, invitation) REFERENCES feedback.invitation (force, id),
    FOREIGN KEY (force, contact) REFERENCES register.pseudonym (force, id),
    CHECK (state <> 'complete' OR (completed_at IS NOT NULL AND digest IS NOT NULL)),
    CHECK ((entered = 'online') = (invitation IS NOT NULL))
);

-- One sitting on one device. Ending it on the server ends it everywhere.
CREATE TABLE feedback.visit (
    force text NOT NULL,
    id uuid NOT NULL,
    response uuid NOT NULL,
    item text,
    started_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (force, id),
    FOREIGN KEY (force, response) REFERENCES feedback.response (force, id)
);
CREATE INDEX visit_response ON feedback.visit (force, response);

ALTER TABLE feedback.invitation ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE feedback.link ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE feedback.response ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE feedback.visit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY own_force ON feedback.invitation
USING (force = current_setting('heard.force', TRUE));
CREATE POLICY own_force ON feedback.response USING (force = current_setting('heard.force', TRUE));
CREATE POLICY own_force ON feedback.visit USING (force = current_setting('heard.force', TRUE));
CREATE POLICY found_by_hash ON feedback.link FOR SELECT USING (TRUE);
CREATE POLICY own_force_insert ON feedback.link
FOR INSERT WITH CHECK (force = current_setting('heard.force', TRUE));
CREATE POLICY own_force_delete ON feedback.link
FOR DELETE USING (force = current_setting('heard.force', TRUE));

GRANT SELECT ON feedback.invitation, feedback.link TO heard_respondent;
GRANT UPDATE (state, opened_at, answered_at, changed_at)
ON feedback.invitation TO heard_respondent;
GRANT SELECT, INSERT, UPDATE ON feedback.response, feedback.visit TO heard_respondent;

GRANT SELECT, INSERT, UPDATE ON feedback.invitation TO heard_console, heard_worker;
GRANT SELECT, INSERT, DELETE ON feedback.link TO heard_console, heard_worker;
-- Staff see that an answer came, never what it says.
GRANT SELECT (
    force, id, invitation, contact, respondent, respondent_no, wave, entered, instrument, version,
    language, state, started_at, changed_at, completed_at
) ON feedback.response TO heard_console;
GRANT SELECT, INSERT, UPDATE ON feedback.response, feedback.visit TO heard_worker;

-- Analysts see answers, never a way to a person.
GRANT SELECT (
    force, id, contact, child, respondent, respondent_no, wave, language, needs, channel,
    instrument, state, held_reason, created_at, opened_at, answered_at, revoked_at
) ON feedback.invitation TO heard_analyst;
GRANT SELECT (
    force, id, invitation, contact, respondent, respondent_no, wave, entered, instrument, version,
    language, state, completion_mode, answers, started_at, changed_at, completed_at
) ON feedback.response TO heard_analyst;

-- migrate: rollback
