-- Version 6: what was erased of one person, row by row, and who is kept from being sent to without a
-- number. A person is a keyed digest here; an entry of the list keeps its id, reason and times.
-- part: list_erased.sql

-- person: the row's number and values are gone. value: another person's row, in which a value named
-- the number; that is gone from it.
CREATE TABLE erased_row (
    run_no INTEGER NOT NULL,
    row INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'value')),
    erasure INTEGER NOT NULL REFERENCES erasure (id),
    PRIMARY KEY (run_no, row, kind),
    FOREIGN KEY (run_no, row) REFERENCES row (run_no, row)
) WITHOUT ROWID;

CREATE INDEX erased_row_by_erasure ON erased_row (erasure);

CREATE TRIGGER erased_row_is_not_changed
BEFORE UPDATE ON erased_row
BEGIN SELECT RAISE(ABORT, 'what was erased stays so'); END;

CREATE TRIGGER erased_row_stays
BEFORE DELETE ON erased_row
BEGIN SELECT RAISE(ABORT, 'what was erased stays so'); END;

CREATE TRIGGER nothing_is_sent_to_what_was_erased
BEFORE INSERT ON attempt
WHEN EXISTS (
    SELECT 1 FROM erased_row JOIN row ON row.run_no = erased_row.run_no AND row.row = erased_row.row
    WHERE erased_row.run_no = NEW.run_no AND row.chunk = NEW.chunk
    AND row.submission = NEW.submission AND row.outcome IS NOT 'suppressed'
)
BEGIN SELECT RAISE(ABORT, 'nothing is sent to a person who was erased'); END;

-- An id is used once, also after its entry went on as a digest.
CREATE VIEW suppression_next AS
SELECT max(
    coalesce((SELECT max(id) FROM suppression), 0), coalesce((SELECT max(id) FROM erased_entry), 0)
) + 1 AS next;

PRAGMA user_version = 6;
