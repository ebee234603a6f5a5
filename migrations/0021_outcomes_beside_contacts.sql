-- What stands of outcomes is the same whether they came before or after their contact.
-- depends: 0020_paper_history

-- migrate: apply
-- An outcome that lies on the wrong side of its contact is refused when the contact is here. One
-- that came before its contact cannot be: it is passed over here, before the newest is chosen, as if
-- it had been refused. Placebo outcomes are measured before the contact, all others from its day on.
-- contact_for_analysis is the view of contacts that every reader of this one may read.
CREATE OR REPLACE VIEW register.outcome_now WITH (security_invoker = TRUE) AS
SELECT * FROM (
    SELECT DISTINCT ON (o.force, o.contact, o.outcome_set, o.outcome) o.*
    FROM register.outcome_version AS o
    LEFT JOIN register.contact_for_analysis AS c ON o.force = c.force AND o.contact = c.contact
    WHERE
        c.contact IS NULL
        OR (o.decided_on < (c.contact_at AT TIME ZONE 'Europe/London')::date)
        = (o.outcome_set = 'education' AND o.outcome = 'placebo_prior_attendance')
    ORDER BY
        o.force, o.contact, o.outcome_set, o.outcome,
        o.recorded_at DESC, o.source_event_id DESC, o.digest DESC
) AS newest
WHERE NOT withdrawn;

GRANT SELECT ON register.contact_for_analysis TO heard_console, heard_worker;

-- migrate: rollback
