-- A part of ledger 5 and account store 4: what waits for a person beside the suppression list.
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
