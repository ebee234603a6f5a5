-- The gate: nobody is asked while it is closed, wherever an ask could happen.
-- depends: 0003_vault_and_audit

-- migrate: apply
-- Why this contact may not be asked about, or null when it may.
-- Runs as the owner, so that a form which cannot read the register still obeys it.
CREATE FUNCTION register.ask_refusal(p_force text, p_contact uuid, p_respondent text)
RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ''
AS $function$
    WITH stands AS (
        SELECT c.evidence_gate, c.gate_review_on, c.child_role, c.recorded_at
        FROM register.contact_now AS c
        WHERE c.force = p_force AND c.contact = p_contact
          AND p_force = pg_catalog.current_setting('heard.force', true)
    ),
    last_gate AS (
        SELECT e.event, e.happened_at
        FROM register.event_now AS e
        WHERE e.force = p_force AND e.contact = p_contact
          AND e.event IN ('gate_opened', 'gate_closed')
        ORDER BY e.happened_at DESC, e.event
        LIMIT 1
    )
    SELECT CASE
        WHEN NOT EXISTS (SELECT FROM stands) THEN 'unknown-contact'
        WHEN (SELECT event FROM last_gate) = 'gate_closed' THEN 'gate-closed'
        WHEN NOT EXISTS (SELECT FROM last_gate)
            AND (SELECT evidence_gate FROM stands) <> 'open' THEN 'gate-closed'
        WHEN (SELECT evidence_gate FROM stands) = 'closed'
            AND (SELECT recorded_at FROM stands) > (SELECT happened_at FROM last_gate)
            THEN 'gate-closed'
        WHEN (SELECT gate_review_on FROM stands)
            < (pg_catalog.now() AT TIME ZONE 'Europe/London')::date THEN 'gate-review-due'
        WHEN EXISTS (
            SELECT FROM register.event_now AS e
            WHERE e.force = p_force AND e.contact = p_contact AND e.event = 'death'
        ) THEN 'stopped'
        WHEN p_respondent = 'child' AND (SELECT child_role FROM stands) = 'suspect'
            AND NOT EXISTS (
                SELECT FROM register.outcome_now AS o
                WHERE o.force = p_force AND o.contact = p_contact
                  AND o.outcome_set = 'justice' AND o.final
            ) THEN 'suspect-before-disposal'
    END
$function$;

-- Refuses an invitation, a link, a visit or an answer while the gate is closed (SQLSTATE HG001).
CREATE FUNCTION feedback.check_gate()
RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ''
AS $function$
DECLARE
    asked record;
    refusal text;
BEGIN
    IF TG_TABLE_NAME = 'link' THEN
        SELECT i.contact, i.respondent INTO asked FROM feedback.invitation AS i
        WHERE i.force = NEW.force AND i.id = NEW.invitation;
    ELSIF TG_TABLE_NAME = 'visit' THEN
        SELECT r.contact, r.respondent INTO asked FROM feedback.response AS r
        WHERE r.force = NEW.force AND r.id = NEW.response;
    ELSE
        asked := NEW;
    END IF;
    refusal := register.ask_refusal(NEW.force, asked.contact, asked.respondent);
    IF refusal IS NOT NULL THEN
        RAISE EXCEPTION 'nobody may be asked about this contact: %', refusal
            USING ERRCODE = 'HG001', DETAIL = refusal;
    END IF;
    RETURN NEW;
END
$function$;

-- At most one ask of one person about one child in 90 days, across contacts and waves
-- (SQLSTATE HG002). The lock makes two invitations of one child wait for each other.
CREATE FUNCTION feedback.check_ninety_days()
RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ''
AS $function$
DECLARE
    meant uuid;
BEGIN
    SELECT p.subject INTO STRICT meant FROM register.pseudonym AS p
    WHERE p.force = NEW.force AND p.id = NEW.child;
    PERFORM pg_catalog.pg_advisory_xact_lock(
        pg_catalog.hashtextextended(NEW.force || meant::text || NEW.respondent, 90)
    );
    IF EXISTS (
        SELECT FROM feedback.invitation AS i
        JOIN register.pseudonym AS p ON p.force = i.force AND p.id = i.child
        WHERE i.force = NEW.force AND p.subject = meant
          AND i.respondent = NEW.respondent AND i.respondent_no = NEW.respondent_no
          AND (i.state <> 'revoked' OR i.opened_at IS NOT NULL)
          AND i.created_at > NEW.created_at - interval '90 days'
    ) THEN
        RAISE EXCEPTION 'asked in the last 90 days'
            USING ERRCODE = 'HG002', DETAIL = 'asked-in-last-90-days';
    END IF;
    RETURN NEW;
END
$function$;

REVOKE ALL ON FUNCTION register.ask_refusal(text, uuid, text) FROM public;
REVOKE ALL ON FUNCTION feedback.check_gate() FROM public;
REVOKE ALL ON FUNCTION feedback.check_ninety_days() FROM public;
GRANT USAGE ON SCHEMA register TO heard_respondent;
GRANT EXECUTE ON FUNCTION register.ask_refusal(text, uuid, text)
TO heard_respondent, heard_console, heard_worker, heard_analyst;

-- Named so that the gate is asked before the ninety days: triggers run in order of name.
CREATE TRIGGER a_gate BEFORE INSERT ON feedback.invitation
FOR EACH ROW EXECUTE FUNCTION feedback.check_gate();
CREATE TRIGGER b_ninety_days BEFORE INSERT ON feedback.invitation
FOR EACH ROW EXECUTE FUNCTION feedback.check_ninety_days();
CREATE TRIGGER a_gate BEFORE INSERT ON feedback.link
FOR EACH ROW EXECUTE FUNCTION feedback.check_gate();
CREATE TRIGGER a_gate BEFORE INSERT ON feedback.visit
FOR EACH ROW EXECUTE FUNCTION feedback.check_gate();
CREATE TRIGGER a_gate BEFORE INSERT OR UPDATE OF answers ON feedback.response
FOR EACH ROW WHEN (NEW.entered = 'online') EXECUTE FUNCTION feedback.check_gate();

-- migrate: rollback
