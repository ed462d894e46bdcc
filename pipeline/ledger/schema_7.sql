-- Version 7: what people say of a run from another shell. The process at work heeds it, and so does
-- each later start: what was said last of each kind holds. messages_per_s is of a limit; 0 is none.
CREATE TABLE control (
    id INTEGER PRIMARY KEY,
    run_no INTEGER NOT NULL REFERENCES run (no),
    at REAL NOT NULL CHECK (at >= 0),
    kind TEXT NOT NULL CHECK (kind IN ('pause', 'resume', 'stop', 'go_on', 'limit')),
    who TEXT NOT NULL CHECK (who <> ''),
    why TEXT NOT NULL CHECK (kind <> 'stop' OR why <> ''),
    messages_per_s REAL NOT NULL DEFAULT 0 CHECK (messages_per_s BETWEEN 0 AND 1000000),
    CHECK (kind = 'limit' OR messages_per_s = 0)
);

CREATE INDEX control_by_run ON control (run_no);

CREATE TRIGGER control_is_new
BEFORE INSERT ON control WHEN EXISTS (SELECT 1 FROM control WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'what was said of a run is never replaced'); END;

CREATE TRIGGER control_is_not_changed
BEFORE UPDATE ON control
BEGIN SELECT RAISE(ABORT, 'what was said of a run is never changed'); END;

CREATE TRIGGER control_stays
BEFORE DELETE ON control
BEGIN SELECT RAISE(ABORT, 'what was said of a run is never deleted'); END;

PRAGMA user_version = 7;
