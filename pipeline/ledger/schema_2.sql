-- Version 2: whom a run is for, as keyed digests, so that later lists can be held against it.
-- They name nobody without the account's key. A purge empties this once no list looks back so far.
CREATE TABLE people (
    run_no INTEGER NOT NULL,
    chunk INTEGER NOT NULL,
    scheme TEXT NOT NULL CHECK (scheme <> ''),
    numbers BLOB NOT NULL CHECK (length(numbers) % 8 = 0),
    messages BLOB NOT NULL CHECK (length(messages) = length(numbers)),
    PRIMARY KEY (run_no, chunk),
    FOREIGN KEY (run_no, chunk) REFERENCES chunk (run_no, chunk)
) WITHOUT ROWID;

CREATE TRIGGER people_are_not_changed
BEFORE UPDATE ON people
BEGIN SELECT RAISE(ABORT, 'whom a run is for does not change'); END;

PRAGMA user_version = 2;
