-- Version 1 of an account's store. Times are seconds since 1970-01-01 UTC.

CREATE TABLE account (
    no INTEGER PRIMARY KEY CHECK (no = 1),
    account TEXT NOT NULL,
    domain TEXT NOT NULL DEFAULT '',
    calls_per_s REAL CHECK (calls_per_s > 0)
);

CREATE TABLE same_account (
    account TEXT PRIMARY KEY,
    at REAL NOT NULL,
    note TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE size (
    channel TEXT PRIMARY KEY,
    recipients INTEGER NOT NULL CHECK (recipients >= 1),
    at REAL NOT NULL,
    code TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE breaker (
    no INTEGER PRIMARY KEY CHECK (no = 1),
    opened_at REAL NOT NULL,
    why TEXT NOT NULL,
    lost INTEGER NOT NULL CHECK (lost >= 0)
);

-- Codes that were believed to mean that nothing was taken, and were found false.
CREATE TABLE doubtful_code (
    code TEXT PRIMARY KEY,
    task_name TEXT NOT NULL,
    at REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE listing (
    kind TEXT PRIMARY KEY,
    missed_at REAL,
    missed TEXT NOT NULL DEFAULT '',
    streak INTEGER NOT NULL DEFAULT 0 CHECK (streak >= 0),
    streak_since REAL,
    trusted_since REAL NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- phone is personal: forget_tasks takes it away with its row.
CREATE TABLE task (
    kind TEXT NOT NULL,
    at REAL NOT NULL,
    name TEXT NOT NULL,
    ledger TEXT NOT NULL,
    phone TEXT NOT NULL,
    PRIMARY KEY (kind, at, name)
) WITHOUT ROWID;

CREATE TABLE known_ledger (
    identity TEXT PRIMARY KEY,
    folder TEXT NOT NULL,
    first_seen REAL NOT NULL,
    last_seen REAL NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER account_stays
BEFORE DELETE ON account
BEGIN SELECT RAISE(ABORT, 'an account keeps its store'); END;

CREATE TRIGGER account_keeps_its_name
BEFORE UPDATE OF account ON account
BEGIN SELECT RAISE(ABORT, 'an account keeps its store'); END;

CREATE TRIGGER doubtful_code_stays
BEFORE DELETE ON doubtful_code
BEGIN SELECT RAISE(ABORT, 'a code that was found false stays so'); END;

CREATE TRIGGER known_ledger_stays
BEFORE DELETE ON known_ledger
BEGIN SELECT RAISE(ABORT, 'a ledger that has sent stays known'); END;

PRAGMA user_version = 1;
