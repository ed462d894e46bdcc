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

-- Few rows of a run: without it every look at whom a run reached walks through all of them.
CREATE INDEX row_not_reached ON row (run_no, row)
WHERE outcome = 'refused' OR outcome = 'undelivered' OR outcome = 'suppressed';

-- Why a run was left with rows that were not sent, where a person said so: the latest counts.
CREATE TABLE stop (
    id INTEGER PRIMARY KEY,
    run_no INTEGER NOT NULL REFERENCES run (no),
    at REAL NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('only_first', 'person', 'gone_on')),
    CHECK (at >= 0)
);

CREATE INDEX stop_by_run ON stop (run_no);

CREATE TRIGGER stop_is_not_changed
BEFORE UPDATE ON stop
BEGIN SELECT RAISE(ABORT, 'why a run stopped is never changed'); END;

CREATE TRIGGER stop_stays
BEFORE DELETE ON stop
BEGIN SELECT RAISE(ABORT, 'why a run stopped is never deleted'); END;

-- What answered a run's requests on this machine: the emulator by its own mark (1), or anything else
-- (0). One line for each kind that ever did; a run is a rehearsal only while there is no 0.
CREATE TABLE answerer (
    run_no INTEGER NOT NULL REFERENCES run (no),
    emulated INTEGER NOT NULL CHECK (emulated IN (0, 1)),
    at REAL NOT NULL CHECK (at >= 0),
    PRIMARY KEY (run_no, emulated)
) WITHOUT ROWID;

CREATE TRIGGER answerer_is_not_changed
BEFORE UPDATE ON answerer
BEGIN SELECT RAISE(ABORT, 'what answered a run is never changed'); END;

CREATE TRIGGER answerer_stays
BEFORE DELETE ON answerer
BEGIN SELECT RAISE(ABORT, 'what answered a run is never deleted'); END;

PRAGMA user_version = 2;
