-- Version 2 of an account's store: which ledgers hold people of this account, and the key of the
-- digests that they are compared by. Every ledger of the account takes the same key.
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

PRAGMA user_version = 2;
