-- Version 5: a body that is pushed again is known by its digest, and nothing of it is kept.
CREATE TABLE receipt_digest (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 16),
    receipt INTEGER NOT NULL REFERENCES receipt (id)
) WITHOUT ROWID;

-- Opt-outs of numbers that the account never sent to, beyond those that a day honours by itself:
-- here until they are joined to the account's, as the list is, and then until a person decides.
-- part: list_waiting.sql

PRAGMA user_version = 5;
