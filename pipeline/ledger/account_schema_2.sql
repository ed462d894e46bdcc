-- Version 2 of an account's store: which ledgers hold people of this account, and the key of the
-- digests that they are compared by; and who wants nothing of it. Every ledger takes the same key.
CREATE TABLE people_key (
    no INTEGER PRIMARY KEY CHECK (no = 1),
    key TEXT NOT NULL CHECK (length(key) = 16)
);

INSERT INTO people_key (no, key) VALUES (1, lower(hex(randomblob(8))));

-- look_back_days: how far its campaigns look back, at the most.
-- given_up_at: a person said that this ledger is gone, and that lists may go on without it.
CREATE TABLE people_ledger (
    identity TEXT PRIMARY KEY,
    folder TEXT NOT NULL,
    planned_at REAL NOT NULL,
    look_back_days INTEGER NOT NULL CHECK (look_back_days >= 0),
    given_up_at REAL
) WITHOUT ROWID;

-- The account's suppression list. Nothing is rewritten: an entry that was removed stays, and a number
-- that comes back gets a new one. Lists of state folders are joined into it with their history, so
-- that a number may stand here more than once for one reason.
CREATE TABLE suppression (
    id INTEGER PRIMARY KEY,
    phone INTEGER NOT NULL CHECK (phone / 1000000000 BETWEEN 13 AND 19),
    reason TEXT NOT NULL CHECK (reason IN ('opt_out', 'manual', 'imported')),
    at REAL NOT NULL,
    source TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    removed_at REAL,
    removed_note TEXT NOT NULL DEFAULT '',
    CHECK (removed_at IS NOT NULL OR removed_note = '')
);

CREATE INDEX suppression_standing ON suppression (reason, phone) WHERE removed_at IS NULL;
CREATE INDEX suppression_by_phone ON suppression (phone, reason, at);

-- Ids are never below the microsecond: a run remembers up to where it looked at the list, and that
-- must hold back nobody less once the store was lost, put back, or made from the folders' lists.
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

-- How far another list, of a ledger or of an earlier name of the account, was joined into this one.
CREATE TABLE joined_list (
    list TEXT PRIMARY KEY,
    through INTEGER NOT NULL
) WITHOUT ROWID;

PRAGMA user_version = 2;
