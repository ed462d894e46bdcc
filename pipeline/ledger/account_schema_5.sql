-- Version 5 of an account's store: who was erased, and is kept from being sent to without a number.
-- A person is a keyed digest here; an entry of the list keeps its id, reason and times.
-- part: list_erased.sql

-- An id is used once, also after its entry went on as a digest; never below the microsecond.
DROP VIEW suppression_next;
CREATE VIEW suppression_next AS
SELECT max(
    coalesce((SELECT max(id) FROM suppression), 0) + 1,
    coalesce((SELECT max(id) FROM erased_entry), 0) + 1,
    CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)
) AS next;

PRAGMA user_version = 5;
