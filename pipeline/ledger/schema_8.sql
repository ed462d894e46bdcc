-- Version 8: which file of this ledger goes on, as each account's store notes it too: before is what the store
-- said last, latest what it was told then. A kill in between leaves either of them there.
CREATE TABLE claim (
    account TEXT PRIMARY KEY,
    number INTEGER NOT NULL CHECK (number >= 1),
    before TEXT NOT NULL,
    latest TEXT NOT NULL CHECK (latest <> ''),
    inode INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER claim_goes_on
BEFORE UPDATE ON claim
WHEN NEW.account IS NOT OLD.account OR NEW.number <= OLD.number
BEGIN SELECT RAISE(ABORT, 'a claim is never taken back'); END;

CREATE TRIGGER claim_stays
BEFORE DELETE ON claim
BEGIN SELECT RAISE(ABORT, 'which ledger goes on is never forgotten'); END;

-- Since when this file is known to be an older copy: what the account sent lately is looked through
-- before it sends again, as by a new ledger. Each run has a mark of its own as well.
CREATE TABLE put_back (
    no INTEGER PRIMARY KEY CHECK (no = 1),
    at REAL NOT NULL CHECK (at >= 0)
);

PRAGMA user_version = 8;
