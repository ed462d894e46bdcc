-- Version 4 of an account's store: opt-outs of numbers that the account never sent to, beyond those
-- that a day honours by itself. They wait for a person, whose decision takes them away.
-- part: list_waiting.sql

PRAGMA user_version = 4;
