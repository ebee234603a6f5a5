-- What a visit answered itself, what is wrong on its screen, how it ended; when links were remade.
-- depends: 0005_access

-- migrate: apply
-- Only what was given in this visit is ever shown again in it.
ALTER TABLE feedback.visit ADD COLUMN answered text [] NOT NULL DEFAULT '{}';
-- The key of the words that say what is wrong; kept here so that no address has to carry it.
ALTER TABLE feedback.visit ADD COLUMN problem text;
ALTER TABLE feedback.visit ADD COLUMN closing text CHECK (closing IN ('done', 'not_now'));
-- A visit begun through a link that was made again is over.
ALTER TABLE feedback.invitation ADD COLUMN reissued_at timestamptz;

-- migrate: rollback
