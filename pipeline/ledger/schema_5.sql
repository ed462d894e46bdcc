-- Version 5: a body that is pushed again is known by its digest, and nothing of it is kept.
CREATE TABLE receipt_digest (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 16),
    receipt INTEGER NOT NULL REFERENCES receipt (id)
) WITHOUT ROWID;

-- Opt-outs of numbers that the account never sent to, beyond those that a day honours by itself:
-- here until they are joined to the account's, as the list is, and then until a person decides.
CREATE TABLE waiting_opt_out (
    phone INTEGER NOT NULL CHECK (phone / 1000000000 BETWEEN 13 AND 19),
    reason TEXT NOT NULL CHECK (reason IN ('opt_out', 'unclear_reply')),
    at REAL NOT NULL,
    source TEXT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (phone, reason)
) WITHOUT ROWID;

CREATE TRIGGER waiting_opt_out_is_not_changed
BEFORE UPDATE ON waiting_opt_out
BEGIN SELECT RAISE(ABORT, 'who opted out and waits for a decision is not changed'); END;

-- How many opt-outs of strangers were honoured on a day (China's calendar).
CREATE TABLE strangers_honoured (
    day TEXT PRIMARY KEY,
    count INTEGER NOT NULL CHECK (count >= 1)
) WITHOUT ROWID;

PRAGMA user_version = 5;
