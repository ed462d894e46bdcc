-- Version 3 of an account's store: replies that may opt out are a reason to be on its list.
-- SQLite changes no CHECK in place, and a view must not stand where its table does not.
DROP VIEW suppression_next;

CREATE TABLE suppression_3 (
    id INTEGER PRIMARY KEY,
    phone INTEGER NOT NULL CHECK (phone / 1000000000 BETWEEN 13 AND 19),
    reason TEXT NOT NULL CHECK (reason IN ('opt_out', 'manual', 'imported', 'unclear_reply')),
    at REAL NOT NULL,
    source TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    removed_at REAL,
    removed_note TEXT NOT NULL DEFAULT '',
    CHECK (removed_at IS NOT NULL OR removed_note = '')
);

INSERT INTO suppression_3 (id, phone, reason, at, source, note, removed_at, removed_note)
SELECT id, phone, reason, at, source, note, removed_at, removed_note FROM suppression;

DROP TABLE suppression;
ALTER TABLE suppression_3 RENAME TO suppression;

CREATE INDEX suppression_standing ON suppression (reason, phone) WHERE removed_at IS NULL;
CREATE INDEX suppression_by_phone ON suppression (phone, reason, at);

CREATE VIEW suppression_next AS
SELECT max(
    coalesce((SELECT max(id) FROM suppression), 0) + 1,
    CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)
) AS next;

CREATE TRIGGER suppression_is_only_removed
BEFORE UPDATE ON suppression
WHEN OLD.removed_at IS NOT NULL OR NEW.removed_at IS NULL OR NEW.id IS NOT OLD.id
    OR NEW.phone IS NOT OLD.phone OR NEW.reason IS NOT OLD.reason OR NEW.at IS NOT OLD.at
    OR NEW.source IS NOT OLD.source OR NEW.note IS NOT OLD.note
BEGIN SELECT RAISE(ABORT, 'an entry of the suppression list is never rewritten'); END;

CREATE TRIGGER suppression_stays
BEFORE DELETE ON suppression
BEGIN SELECT RAISE(ABORT, 'an entry of the suppression list is never deleted'); END;

PRAGMA user_version = 3;
