-- Version 4: up to which receipt a run's news has been folded into its outcomes. What came later
-- waits for the next fold, also where every row of the run was closed by then.
CREATE TABLE fold (
    run_no INTEGER PRIMARY KEY REFERENCES run (no),
    receipt INTEGER NOT NULL CHECK (receipt >= 0)
);

CREATE TRIGGER fold_goes_on
BEFORE UPDATE ON fold WHEN NEW.run_no IS NOT OLD.run_no OR NEW.receipt < OLD.receipt
BEGIN SELECT RAISE(ABORT, 'news is not taken back'); END;

CREATE TRIGGER fold_stays
BEFORE DELETE ON fold
BEGIN SELECT RAISE(ABORT, 'how far news was folded is never deleted'); END;

-- What came of a task after a receipt is found without a walk through all that came before.
DROP INDEX news_by_task;
CREATE INDEX news_by_task ON news (task_id, receipt);

PRAGMA user_version = 4;
