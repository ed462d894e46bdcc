-- Version 1 of the ledger. What one row or one step can violate is refused here, whoever writes.
-- Times are seconds since 1970-01-01 UTC. Closed sets on the two hot tables are chains of OR:
-- SQLite builds a temporary tree for every statement that evaluates a long IN.

CREATE TABLE run (
    no INTEGER PRIMARY KEY,
    run TEXT NOT NULL UNIQUE
        CHECK (length(run) BETWEEN 1 AND 32 AND run NOT GLOB '*[^0-9A-Za-z-]*'),
    campaign TEXT NOT NULL,
    campaign_path TEXT NOT NULL,
    message TEXT NOT NULL,
    meaning TEXT NOT NULL,
    source_path TEXT NOT NULL,
    source_sha256 TEXT NOT NULL,
    source_bytes INTEGER NOT NULL CHECK (source_bytes >= 0),
    planned_at REAL NOT NULL,
    account TEXT NOT NULL,
    previous TEXT,
    row_count INTEGER NOT NULL DEFAULT 0 CHECK (row_count >= 0),
    recipient_count INTEGER NOT NULL DEFAULT 0 CHECK (recipient_count BETWEEN 0 AND row_count),
    chunk_count INTEGER NOT NULL DEFAULT 0 CHECK (chunk_count BETWEEN 0 AND recipient_count),
    epoch INTEGER NOT NULL DEFAULT 0 CHECK (epoch >= 0),
    started_at REAL,
    finished_at REAL
);

CREATE TABLE sheet (
    run_no INTEGER NOT NULL REFERENCES run (no),
    sheet_no INTEGER NOT NULL,
    sheet TEXT NOT NULL,
    header TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (run_no, sheet_no),
    UNIQUE (run_no, sheet)
) WITHOUT ROWID;

CREATE TABLE chunk (
    run_no INTEGER NOT NULL REFERENCES run (no),
    chunk INTEGER NOT NULL CHECK (chunk >= 0),
    first_row INTEGER NOT NULL CHECK (first_row >= 0),
    last_row INTEGER NOT NULL CHECK (last_row >= first_row),
    recipients INTEGER NOT NULL
        CHECK (recipients BETWEEN 1 AND 5000 AND recipients <= last_row - first_row + 1),
    PRIMARY KEY (run_no, chunk)
) WITHOUT ROWID;

CREATE TABLE legal_step (
    from_state TEXT NOT NULL,
    event TEXT NOT NULL,
    to_state TEXT NOT NULL,
    PRIMARY KEY (from_state, event)
) WITHOUT ROWID;

CREATE TABLE submission (
    run_no INTEGER NOT NULL,
    chunk INTEGER NOT NULL,
    submission INTEGER NOT NULL CHECK (submission >= 0),
    start INTEGER NOT NULL CHECK (start >= 0),
    stop INTEGER NOT NULL CHECK (stop > start),
    first_row INTEGER NOT NULL CHECK (first_row >= 0),
    last_row INTEGER NOT NULL CHECK (last_row >= first_row),
    state TEXT NOT NULL DEFAULT 'planned' CHECK (
        state = 'planned' OR state = 'in_flight' OR state = 'accepted' OR state = 'refused'
        OR state = 'deferred' OR state = 'in_doubt' OR state = 'abandoned'
    ),
    event TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    task_name TEXT REFERENCES attempt (task_name),
    task_id TEXT CHECK (task_id <> ''),
    attempted_at REAL,
    concluded_at REAL,
    code TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    link_life_s REAL CHECK (link_life_s >= 0),
    PRIMARY KEY (run_no, chunk, submission),
    FOREIGN KEY (run_no, chunk) REFERENCES chunk (run_no, chunk),
    CHECK (state <> 'accepted' OR task_id IS NOT NULL),
    CHECK ((attempts = 0) = (task_name IS NULL)),
    CHECK ((attempts = 0) = (attempted_at IS NULL))
) WITHOUT ROWID;

CREATE INDEX submission_by_state ON submission (run_no, state);

-- An attempt is the intent of one request; its name is how KooMessage can be asked for it.
CREATE TABLE attempt (
    task_name TEXT PRIMARY KEY CHECK (length(task_name) BETWEEN 1 AND 20),
    run_no INTEGER NOT NULL,
    chunk INTEGER NOT NULL,
    submission INTEGER NOT NULL,
    attempt INTEGER NOT NULL CHECK (attempt >= 0),
    at REAL NOT NULL,
    UNIQUE (run_no, chunk, submission, attempt),
    FOREIGN KEY (run_no, chunk, submission) REFERENCES submission (run_no, chunk, submission)
) WITHOUT ROWID;

-- Every step that a submission ever took: replaying them gives its state.
CREATE TABLE step (
    id INTEGER PRIMARY KEY,
    run_no INTEGER NOT NULL,
    chunk INTEGER NOT NULL,
    submission INTEGER NOT NULL,
    task_name TEXT REFERENCES attempt (task_name),
    from_state TEXT NOT NULL,
    event TEXT NOT NULL,
    to_state TEXT NOT NULL,
    at REAL NOT NULL,
    task_id TEXT,
    code TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    FOREIGN KEY (run_no, chunk, submission) REFERENCES submission (run_no, chunk, submission)
);

CREATE INDEX step_by_submission ON step (run_no, chunk, submission);

CREATE TABLE question (
    id INTEGER PRIMARY KEY,
    run_no INTEGER NOT NULL REFERENCES run (no),
    task_name TEXT NOT NULL REFERENCES attempt (task_name),
    at REAL NOT NULL,
    found INTEGER NOT NULL CHECK (found >= -1),
    answer TEXT NOT NULL,
    calibrates INTEGER NOT NULL CHECK (calibrates IN (0, 1))
);

CREATE INDEX question_by_run ON question (run_no);

-- Every row that was read, so that none can be there twice. A rejected row is in no chunk.
-- No foreign key on chunk and submission: a million look-ups would prove what plan() checks.
CREATE TABLE row (
    run_no INTEGER NOT NULL,
    row INTEGER NOT NULL CHECK (row >= 0),
    sheet_no INTEGER NOT NULL,
    line INTEGER NOT NULL,
    chunk INTEGER,
    submission INTEGER,
    outcome TEXT CHECK (
        outcome = 'card' OR outcome = 'delivered' OR outcome = 'submitted' OR outcome = 'video'
        OR outcome = 'sms' OR outcome = 'fallback_sms' OR outcome = 'undelivered'
        OR outcome = 'expired' OR outcome = 'refused' OR outcome = 'invalid'
        OR outcome = 'duplicate' OR outcome = 'suppressed' OR outcome = 'skipped'
        OR outcome = 'pending' OR outcome = 'in_doubt'
    ),
    reason TEXT NOT NULL DEFAULT '',
    code TEXT NOT NULL DEFAULT '',
    delivered_at TEXT NOT NULL DEFAULT '',
    rendered_at TEXT NOT NULL DEFAULT '',
    evidence TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (run_no, row),
    CHECK ((chunk IS NULL) = (submission IS NULL)),
    CHECK (chunk IS NOT NULL OR outcome IS 'invalid' OR outcome IS 'duplicate')
) WITHOUT ROWID;

-- Numbers, values and cells stand in personal, rejected, news and receipt.body, nowhere else.
-- A purge may empty these; the books balance without them.
CREATE TABLE personal (
    run_no INTEGER NOT NULL,
    chunk INTEGER NOT NULL,
    blob BLOB NOT NULL,
    PRIMARY KEY (run_no, chunk),
    FOREIGN KEY (run_no, chunk) REFERENCES chunk (run_no, chunk)
);

CREATE TABLE rejected (
    run_no INTEGER NOT NULL,
    row INTEGER NOT NULL,
    reason TEXT NOT NULL,
    column_name TEXT NOT NULL,
    phone TEXT NOT NULL,
    of_row INTEGER,
    of_line INTEGER,
    cells TEXT NOT NULL,
    PRIMARY KEY (run_no, row),
    FOREIGN KEY (run_no, row) REFERENCES row (run_no, row)
) WITHOUT ROWID;

-- digest makes the same answer, given again to the same question, one piece of evidence.
CREATE TABLE evidence (
    id INTEGER PRIMARY KEY,
    run_no INTEGER NOT NULL,
    chunk INTEGER NOT NULL,
    submission INTEGER NOT NULL,
    source TEXT NOT NULL CHECK (source <> ''),
    at REAL NOT NULL,
    digest BLOB NOT NULL,
    facts TEXT NOT NULL,
    UNIQUE (run_no, chunk, submission, source, digest),
    FOREIGN KEY (run_no, chunk, submission) REFERENCES submission (run_no, chunk, submission)
);

CREATE TABLE receipt (
    id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    kind TEXT NOT NULL,
    body BLOB NOT NULL
);

CREATE TABLE news (
    receipt INTEGER NOT NULL REFERENCES receipt (id),
    task_id TEXT NOT NULL,
    phone TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN (
        'refused', 'delivered', 'failed', 'rendered', 'link_failed', 'unsupported',
        'template_inactive', 'supported'
    )),
    code TEXT NOT NULL,
    at TEXT NOT NULL
);

CREATE INDEX news_by_task ON news (task_id);
CREATE INDEX news_by_receipt ON news (receipt);

CREATE TABLE ceiling (
    account TEXT PRIMARY KEY,
    calls_per_s REAL NOT NULL CHECK (calls_per_s > 0)
) WITHOUT ROWID;

CREATE TRIGGER run_keeps_its_plan
BEFORE UPDATE OF
    no, run, campaign, campaign_path, message, meaning, source_path, source_sha256, source_bytes,
    planned_at, account, previous
ON run
BEGIN SELECT RAISE(ABORT, 'a planned run does not change'); END;

CREATE TRIGGER run_keeps_its_counts
BEFORE UPDATE OF row_count, recipient_count, chunk_count ON run WHEN OLD.row_count > 0
BEGIN SELECT RAISE(ABORT, 'a planned run does not change'); END;

CREATE TRIGGER run_epoch_grows
BEFORE UPDATE OF epoch ON run WHEN NEW.epoch <= OLD.epoch
BEGIN SELECT RAISE(ABORT, 'an epoch only grows'); END;

CREATE TRIGGER run_stays
BEFORE DELETE ON run
BEGIN SELECT RAISE(ABORT, 'a run is never deleted'); END;

CREATE TRIGGER submission_starts_planned
BEFORE INSERT ON submission WHEN NEW.state <> 'planned' OR NEW.attempts <> 0
BEGIN SELECT RAISE(ABORT, 'a submission starts planned'); END;

CREATE TRIGGER submission_takes_only_legal_steps
BEFORE UPDATE OF state, event ON submission
WHEN NOT EXISTS (
    SELECT 1 FROM legal_step
    WHERE from_state = OLD.state AND event = NEW.event AND to_state = NEW.state
)
BEGIN SELECT RAISE(ABORT, 'illegal step of a submission'); END;

CREATE TRIGGER submission_attempt_is_recorded
BEFORE UPDATE OF state ON submission
WHEN NEW.state = 'in_flight' AND NOT EXISTS (
    SELECT 1 FROM attempt
    WHERE task_name = NEW.task_name AND run_no = NEW.run_no
    AND chunk = NEW.chunk AND submission = NEW.submission
)
BEGIN SELECT RAISE(ABORT, 'a submission in flight needs its attempt'); END;

CREATE TRIGGER submission_keeps_its_place
BEFORE UPDATE OF run_no, chunk, submission, start, stop, first_row, last_row ON submission
BEGIN SELECT RAISE(ABORT, 'a submission keeps its recipients'); END;

CREATE TRIGGER submission_keeps_its_task
BEFORE UPDATE OF task_id ON submission WHEN OLD.task_id IS NOT NULL AND NEW.task_id IS NOT OLD.task_id
BEGIN SELECT RAISE(ABORT, 'a task id does not change'); END;

CREATE TRIGGER submission_stays
BEFORE DELETE ON submission
BEGIN SELECT RAISE(ABORT, 'a submission is never deleted'); END;

CREATE TRIGGER row_keeps_its_place
BEFORE UPDATE OF run_no, row, sheet_no, line, chunk, submission ON row
BEGIN SELECT RAISE(ABORT, 'a row keeps its place'); END;

CREATE TRIGGER row_stays
BEFORE DELETE ON row
BEGIN SELECT RAISE(ABORT, 'a row is never deleted'); END;

-- A second INSERT under the same key would, as INSERT OR REPLACE, delete without a delete trigger.
CREATE TRIGGER attempt_is_new
BEFORE INSERT ON attempt WHEN EXISTS (SELECT 1 FROM attempt WHERE task_name = NEW.task_name)
BEGIN SELECT RAISE(ABORT, 'a task name is used once'); END;

CREATE TRIGGER attempt_is_not_changed
BEFORE UPDATE ON attempt
BEGIN SELECT RAISE(ABORT, 'an attempt is never changed'); END;

CREATE TRIGGER attempt_stays
BEFORE DELETE ON attempt
BEGIN SELECT RAISE(ABORT, 'an attempt is never deleted'); END;

CREATE TRIGGER step_is_legal
BEFORE INSERT ON step
WHEN NOT EXISTS (
    SELECT 1 FROM legal_step
    WHERE from_state = NEW.from_state AND event = NEW.event AND to_state = NEW.to_state
)
BEGIN SELECT RAISE(ABORT, 'illegal step of a submission'); END;

CREATE TRIGGER step_is_new
BEFORE INSERT ON step WHEN EXISTS (SELECT 1 FROM step WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a step is appended'); END;

CREATE TRIGGER step_is_not_changed
BEFORE UPDATE ON step
BEGIN SELECT RAISE(ABORT, 'a step is never changed'); END;

CREATE TRIGGER step_stays
BEFORE DELETE ON step
BEGIN SELECT RAISE(ABORT, 'a step is never deleted'); END;

CREATE TRIGGER question_is_not_changed
BEFORE UPDATE ON question
BEGIN SELECT RAISE(ABORT, 'a question is never changed'); END;

CREATE TRIGGER question_stays
BEFORE DELETE ON question
BEGIN SELECT RAISE(ABORT, 'a question is never deleted'); END;

CREATE TRIGGER evidence_is_new
BEFORE INSERT ON evidence WHEN EXISTS (SELECT 1 FROM evidence WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'evidence is appended'); END;

CREATE TRIGGER evidence_is_not_changed
BEFORE UPDATE ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is never changed'); END;

CREATE TRIGGER evidence_stays
BEFORE DELETE ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is never deleted'); END;

CREATE TRIGGER receipt_is_new
BEFORE INSERT ON receipt WHEN EXISTS (SELECT 1 FROM receipt WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a receipt is appended'); END;

-- A receipt may be forgotten by a purge, which empties its body, but never altered.
CREATE TRIGGER receipt_is_not_changed
BEFORE UPDATE ON receipt
WHEN NEW.id IS NOT OLD.id OR NEW.at IS NOT OLD.at OR NEW.kind IS NOT OLD.kind
    OR length(NEW.body) > 0
BEGIN SELECT RAISE(ABORT, 'a receipt is never changed'); END;

CREATE TRIGGER receipt_stays
BEFORE DELETE ON receipt
BEGIN SELECT RAISE(ABORT, 'a receipt is never deleted'); END;

CREATE TRIGGER news_is_not_changed
BEFORE UPDATE ON news
BEGIN SELECT RAISE(ABORT, 'news is never changed'); END;

CREATE TRIGGER news_stays_with_its_receipt
BEFORE DELETE ON news
WHEN (SELECT length(body) FROM receipt WHERE id = OLD.receipt) > 0
BEGIN SELECT RAISE(ABORT, 'news stays while its receipt does'); END;

PRAGMA user_version = 1;
