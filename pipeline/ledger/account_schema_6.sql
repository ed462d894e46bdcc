-- Version 6 of an account's store: which file of a ledger goes on by this account, and where the store
-- itself lies. A file is known by its inode, which moving keeps and copying does not.
CREATE TABLE claim (
    identity TEXT PRIMARY KEY,
    number INTEGER NOT NULL CHECK (number >= 1),
    token TEXT NOT NULL CHECK (token <> ''),
    inode INTEGER NOT NULL,
    folder TEXT NOT NULL,
    at REAL NOT NULL,
    is_working INTEGER NOT NULL CHECK (is_working IN (0, 1))
) WITHOUT ROWID;

CREATE TRIGGER claim_goes_on
BEFORE UPDATE ON claim
WHEN NEW.identity IS NOT OLD.identity OR NEW.number <= OLD.number
BEGIN SELECT RAISE(ABORT, 'a claim is never taken back'); END;

CREATE TRIGGER claim_stays
BEFORE DELETE ON claim
BEGIN SELECT RAISE(ABORT, 'which ledger goes on is never forgotten'); END;

CREATE TABLE place (
    no INTEGER PRIMARY KEY CHECK (no = 1),
    inode INTEGER NOT NULL
);

PRAGMA user_version = 6;
