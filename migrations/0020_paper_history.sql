-- When the force recorded an answer on paper: the newest stands, whatever order files come in.
-- depends: 0011_asking_is_safe

-- migrate: apply
-- Null: the force named no time. The rights of the table hold: a role that may read or write named
-- columns only (console, analysts) gets neither of these.
ALTER TABLE feedback.response ADD COLUMN recorded_at timestamptz;
ALTER TABLE feedback.response ADD COLUMN source_event_id text COLLATE "C";

-- migrate: rollback
