-- Asking is safe for the whole child; functions that run as the owner trust no temporary name.
-- depends: 0010_visits

-- migrate: apply
-- With an empty search_path a caller's temporary schema is searched first for types; naming it
-- last closes that.
ALTER FUNCTION feedback.check_gate() SET search_path = pg_catalog, pg_temp;

-- A child has one number; only carers may be several.
ALTER TABLE feedback.invitation ADD CONSTRAINT invitation_one_child
CHECK (respondent <> 'child' OR respondent_no = 1) NOT VALID;
ALTER TABLE feedback.response ADD CONSTRAINT response_one_child
CHECK (respondent <> 'child' OR respondent_no = 1) NOT VALID;

-- As before; a death recorded on any contact of the child stops every ask about that child.
CREATE OR REPLACE FUNCTION register.ask_refusal(p_force text, p_contact uuid, p_respondent text)
RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $function$
    WITH stands AS (
        SELECT c.child, c.evidence_gate, c.gate_review_on, c.child_role, c.recorded_at
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
            SELECT FROM stands
            JOIN register.pseudonym AS meant ON meant.force = p_force AND meant.id = stands.child
            JOIN register.pseudonym AS same
                ON same.force = p_force AND same.subject = meant.subject
            JOIN register.contact_version AS o ON o.force = p_force AND o.child = same.id
            JOIN register.event_now AS e
                ON e.force = p_force AND e.contact = o.contact AND e.event = 'death'
        ) THEN 'stopped'
        WHEN p_respondent = 'child' AND (SELECT child_role FROM stands) = 'suspect'
            AND NOT EXISTS (
                SELECT FROM register.outcome_now AS o
                WHERE o.force = p_force AND o.contact = p_contact
                  AND o.outcome_set = 'justice' AND o.final
            ) THEN 'suspect-before-disposal'
    END
$function$;

-- As before; a link made again is asking again, so the days count from the last time.
CREATE OR REPLACE FUNCTION feedback.check_ninety_days()
RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    meant uuid;
    asked_at timestamptz;
BEGIN
    asked_at := coalesce(NEW.reissued_at, NEW.created_at);
    SELECT p.subject INTO STRICT meant FROM register.pseudonym AS p
    WHERE p.force = NEW.force AND p.id = NEW.child;
    PERFORM pg_catalog.pg_advisory_xact_lock(
        pg_catalog.hashtextextended(NEW.force || meant::text || NEW.respondent, 90)
    );
    IF EXISTS (
        SELECT FROM feedback.invitation AS i
        JOIN register.pseudonym AS p ON p.force = i.force AND p.id = i.child
        WHERE i.force = NEW.force AND i.id <> NEW.id AND p.subject = meant
          AND i.respondent = NEW.respondent AND i.respondent_no = NEW.respondent_no
          AND (i.state <> 'revoked' OR i.opened_at IS NOT NULL)
          AND greatest(i.created_at, i.reissued_at) > asked_at - interval '90 days'
    ) THEN
        RAISE EXCEPTION 'asked in the last 90 days'
            USING ERRCODE = 'HG002', DETAIL = 'asked-in-last-90-days';
    END IF;
    RETURN NEW;
END
$function$;

CREATE TRIGGER b_ninety_days_again BEFORE UPDATE OF reissued_at ON feedback.invitation
FOR EACH ROW WHEN (NEW.reissued_at IS NOT NULL)
EXECUTE FUNCTION feedback.check_ninety_days();

-- migrate: rollback
