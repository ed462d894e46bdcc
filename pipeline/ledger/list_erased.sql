-- A part of ledger 6 and account store 5: who was erased, and stays on the list as a digest.
CREATE TABLE erasure (
    id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    command TEXT NOT NULL CHECK (command <> ''),
    key TEXT NOT NULL CHECK (length(key) = 16),
    digest BLOB NOT NULL CHECK (length(digest) = 16)
);

CREATE INDEX erasure_by_digest ON erasure (digest);

CREATE TRIGGER erasure_is_not_changed
BEFORE UPDATE ON erasure
BEGIN SELECT RAISE(ABORT, 'what was erased is never changed'); END;

CREATE TRIGGER erasure_stays
BEFORE DELETE ON erasure
BEGIN SELECT RAISE(ABORT, 'what was erased is never deleted'); END;

CREATE TABLE erased_entry (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL CHECK (length(key) = 16),
    digest BLOB NOT NULL CHECK (length(digest) = 16),
    reason TEXT NOT NULL CHECK (
        reason IN ('opt_out', 'manual', 'imported', 'unclear_reply', 'erased')
    ),
    at REAL NOT NULL,
    removed_at REAL,
    removed_note TEXT NOT NULL DEFAULT '',
    CHECK (removed_at IS NOT NULL OR removed_note = '')
);

CREATE INDEX erased_entry_by_digest ON erased_entry (digest);

CREATE TRIGGER erased_entry_is_only_removed
BEFORE UPDATE ON erased_entry
WHEN OLD.removed_at IS NOT NULL OR NEW.removed_at IS NULL OR NEW.id IS NOT OLD.id
    OR NEW.key IS NOT OLD.key OR NEW.digest IS NOT OLD.digest OR NEW.reason IS NOT OLD.reason
    OR NEW.at IS NOT OLD.at
BEGIN SELECT RAISE(ABORT, 'an entry of the suppression list is never rewritten'); END;

CREATE TRIGGER erased_entry_stays
BEFORE DELETE ON erased_entry
BEGIN SELECT RAISE(ABORT, 'an entry of the suppression list is never deleted'); END;

-- A number leaves the list for its digest, and in no other way.
DROP TRIGGER suppression_stays;
CREATE TRIGGER suppression_stays
BEFORE DELETE ON suppression
WHEN NOT EXISTS (
    SELECT 1 FROM erased_entry
    WHERE id = OLD.id AND reason = OLD.reason AND at = OLD.at AND removed_at IS OLD.removed_at
)
BEGIN SELECT RAISE(ABORT, 'an entry of the suppression list is never deleted'); END;

-- A note may be emptied, since it may name somebody, and never altered.
DROP TRIGGER suppression_is_only_removed;
CREATE TRIGGER suppression_is_only_removed
BEFORE UPDATE ON suppression
WHEN NEW.id IS NOT OLD.id OR NEW.phone IS NOT OLD.phone OR NEW.reason IS NOT OLD.reason
    OR NEW.at IS NOT OLD.at OR NEW.source IS NOT OLD.source
    OR (NEW.note IS NOT OLD.note AND NEW.note <> '')
    OR (NEW.removed_at IS NOT OLD.removed_at AND OLD.removed_at IS NOT NULL)
    OR (NEW.removed_note IS NOT OLD.removed_note AND NEW.removed_note <> ''
        AND OLD.removed_at IS NOT NULL)
    OR (NEW.removed_at IS OLD.removed_at AND NEW.note IS OLD.note
        AND NEW.removed_note IS OLD.removed_note)
BEGIN SELECT RAISE(ABORT, 'an entry of the suppression list is never rewritten'); END;
