-- Version 1 of the ledger. What one row or one step can violate is refused here, whoever writes.
-- Times are seconds since 1970-01-01 UTC. Closed sets on the hot tables are chains of OR:
-- SQLite builds a temporary tree for every statement that evaluates a long IN.

-- Which ledger this is, whatever folder it is moved or copied to.
CREATE TABLE ledger (
    no INTEGER PRIMARY KEY CHECK (no = 1),
    identity TEXT NOT NULL CHECK (length(identity) = 32 AND identity NOT GLOB '*[^0-9a-f]*'),
    created_at REAL NOT NULL
);

INSERT INTO ledger (no, identity, created_at)
VALUES (1, lower(hex(randomblob(16))), (julianday('now') - 2440587.5) * 86400.0);

CREATE TRIGGER ledger_is_not_changed
BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'a ledger stays the same one'); END;

CREATE TRIGGER ledger_is_one
BEFORE INSERT ON ledger
BEGIN SELECT RAISE(ABORT, 'a ledger stays the same one'); END;

CREATE TRIGGER ledger_stays
BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'a ledger stays the same one'); END;

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
    templates TEXT NOT NULL DEFAULT '{}',
    screened_to INTEGER NOT NULL DEFAULT 0 CHECK (screened_to >= 0),
    row_count INTEGER NOT NULL DEFAULT 0 CHECK (row_count >= 0),
    recipient_count INTEGER NOT NULL DEFAULT 0 CHECK (recipient_count BETWEEN 0 AND row_count),
    chunk_count INTEGER NOT NULL DEFAULT 0 CHECK (chunk_count BETWEEN 0 AND recipient_count),
    epoch INTEGER NOT NULL DEFAULT 0 CHECK (epoch >= 0),
    started_at REAL,
    finished_at REAL,
    purged_at REAL,
    restored_at REAL
);

CREATE INDEX run_by_source ON run (source_sha256);

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
    continued_at REAL,
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
        OR state = 'deferred' OR state = 'in_doubt' OR state = 'abandoned' OR state = 'split'
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
    route TEXT NOT NULL DEFAULT 'main' CHECK (
        route IN ('main', 'parse', 'linked', 'sms', 'video', 'skip')
    ),
    picked BLOB,
    messages INTEGER NOT NULL CHECK (messages BETWEEN 0 AND stop - start),
    withheld BLOB,
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

-- A name that is asked for to see whether asking works may be another run's or ledger's.
CREATE TABLE question (
    id INTEGER PRIMARY KEY,
    run_no INTEGER NOT NULL REFERENCES run (no),
    task_name TEXT NOT NULL,
    at REAL NOT NULL,
    found INTEGER NOT NULL CHECK (found >= -1),
    answer TEXT NOT NULL,
    calibrates INTEGER NOT NULL CHECK (calibrates IN (0, 1)),
    round INTEGER NOT NULL DEFAULT 0 CHECK (round >= 0),
    meant_at REAL
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
    CHECK (
        chunk IS NOT NULL OR outcome IS 'invalid' OR outcome IS 'duplicate'
        OR outcome IS 'suppressed' OR outcome IS 'skipped'
    )
) WITHOUT ROWID;

-- Numbers, values and cells stand in personal, link, capability, rejected, news and receipt.body.
-- A purge may empty these; the books balance without them.
CREATE TABLE personal (
    run_no INTEGER NOT NULL,
    chunk INTEGER NOT NULL,
    blob BLOB NOT NULL,
    PRIMARY KEY (run_no, chunk),
    FOREIGN KEY (run_no, chunk) REFERENCES chunk (run_no, chunk)
);

-- The links that a submission made, by row: they lead to one person each.
CREATE TABLE link (
    run_no INTEGER NOT NULL,
    chunk INTEGER NOT NULL,
    submission INTEGER NOT NULL,
    blob BLOB NOT NULL,
    PRIMARY KEY (run_no, chunk, submission),
    FOREIGN KEY (run_no, chunk, submission) REFERENCES submission (run_no, chunk, submission)
);

-- What handsets were said to be able to, so that the same numbers are not asked every night.
CREATE TABLE capability (
    template TEXT NOT NULL,
    phone INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('supported', 'unsupported', 'template_inactive')),
    at REAL NOT NULL,
    PRIMARY KEY (template, phone)
) WITHOUT ROWID;

CREATE TABLE rejected (
    run_no INTEGER NOT NULL,
    row INTEGER NOT NULL,
    reason TEXT NOT NULL,
    column_name TEXT NOT NULL,
    phone TEXT NOT NULL,
    of_row INTEGER,
    of_line INTEGER,
    cells TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
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
    body BLOB NOT NULL,
    whole INTEGER NOT NULL DEFAULT 1 CHECK (whole IN (0, 1))
);

CREATE TABLE news (
    receipt INTEGER NOT NULL REFERENCES receipt (id),
    task_id TEXT NOT NULL,
    phone TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (
        kind = 'delivered' OR kind = 'rendered' OR kind = 'failed' OR kind = 'refused'
        OR kind = 'link_failed' OR kind = 'unsupported' OR kind = 'template_inactive'
        OR kind = 'supported' OR kind = 'unknown_code'
    ),
    code TEXT NOT NULL,
    at TEXT NOT NULL,
    parts INTEGER NOT NULL DEFAULT 0 CHECK (parts >= 0)
);

CREATE INDEX news_by_task ON news (task_id);
CREATE INDEX news_by_receipt ON news (receipt);

CREATE TRIGGER run_keeps_its_plan
BEFORE UPDATE OF
    no, run, campaign, campaign_path, message, meaning, source_path, source_sha256, source_bytes,
    planned_at, account, previous, templates, screened_to
ON run
BEGIN SELECT RAISE(ABORT, 'a planned run does not change'); END;

CREATE TRIGGER run_keeps_its_counts
BEFORE UPDATE OF row_count, recipient_count, chunk_count ON run WHEN OLD.row_count > 0
BEGIN SELECT RAISE(ABORT, 'a planned run does not change'); END;

CREATE TRIGGER run_epoch_grows
BEFORE UPDATE OF epoch ON run WHEN NEW.epoch <= OLD.epoch
BEGIN SELECT RAISE(ABORT, 'an epoch only grows'); END;

CREATE TRIGGER run_stays_purged
BEFORE UPDATE OF purged_at ON run WHEN OLD.purged_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'what was forgotten stays so'); END;

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
BEFORE UPDATE OF state, task_name ON submission
WHEN (NEW.state = 'in_flight' OR NEW.task_name IS NOT OLD.task_name) AND NOT EXISTS (
    SELECT 1 FROM attempt
    WHERE task_name = NEW.task_name AND run_no = NEW.run_no
    AND chunk = NEW.chunk AND submission = NEW.submission
)
BEGIN SELECT RAISE(ABORT, 'a submission goes by an attempt of its own'); END;

CREATE TRIGGER submission_keeps_its_place
BEFORE UPDATE OF
    run_no, chunk, submission, start, stop, first_row, last_row, route, picked
ON submission
BEGIN SELECT RAISE(ABORT, 'a submission keeps its recipients'); END;

-- Who is withheld stays so, and nobody is withheld from a request that has left.
CREATE TRIGGER submission_withholds_before_it_leaves
BEFORE UPDATE OF messages, withheld ON submission
WHEN NOT (OLD.state = 'planned' OR OLD.state = 'deferred') OR NEW.messages > OLD.messages
    OR NEW.withheld IS NULL OR length(NEW.withheld) <= coalesce(length(OLD.withheld), 0)
BEGIN SELECT RAISE(ABORT, 'a submission keeps its recipients'); END;

CREATE TRIGGER submission_keeps_its_task
BEFORE UPDATE OF task_id ON submission WHEN OLD.task_id IS NOT NULL AND NEW.task_id IS NOT OLD.task_id
BEGIN SELECT RAISE(ABORT, 'a task id does not change'); END;

CREATE TRIGGER submission_stays
BEFORE DELETE ON submission
BEGIN SELECT RAISE(ABORT, 'a submission is never deleted'); END;

CREATE TRIGGER row_keeps_its_place
BEFORE UPDATE OF run_no, row, sheet_no, line, chunk ON row
BEGIN SELECT RAISE(ABORT, 'a row keeps its place'); END;

-- A row whose link is made goes on, once, to the submission that carries the link. A row of a
-- submission that was split goes on to one of its parts.
CREATE TRIGGER row_keeps_its_submission
BEFORE UPDATE OF submission ON row
WHEN NOT EXISTS (
    SELECT 1 FROM submission AS source
    JOIN submission AS target ON target.run_no = source.run_no AND target.chunk = source.chunk
    WHERE source.run_no = OLD.run_no AND source.chunk = OLD.chunk
    AND source.submission = OLD.submission AND target.submission = NEW.submission
    AND target.state = 'planned' AND (
        (source.route = 'parse' AND target.route <> 'parse')
        OR (source.state = 'split' AND target.route = source.route)
    )
)
BEGIN SELECT RAISE(ABORT, 'a row keeps its submission'); END;

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

CREATE TRIGGER question_is_for_an_attempt
BEFORE INSERT ON question
WHEN NEW.calibrates = 0 AND NOT EXISTS (
    SELECT 1 FROM attempt WHERE task_name = NEW.task_name AND run_no = NEW.run_no
)
BEGIN SELECT RAISE(ABORT, 'a question is for an attempt of its run'); END;

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
    OR NEW.whole IS NOT OLD.whole OR length(NEW.body) > 0
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

-- The same reply pushed twice is one reply.
CREATE TABLE reply (
    id INTEGER PRIMARY KEY,
    receipt INTEGER NOT NULL REFERENCES receipt (id),
    phone TEXT NOT NULL,
    content TEXT NOT NULL,
    at TEXT NOT NULL,
    task_id TEXT NOT NULL,
    opts_out INTEGER NOT NULL CHECK (opts_out IN (0, 1)),
    UNIQUE (phone, task_id, at, content)
);

CREATE INDEX receipt_by_kind ON receipt (kind, at, whole);
CREATE INDEX odd_receipt ON receipt (id) WHERE whole = 0;
CREATE INDEX reply_by_receipt ON reply (receipt);

CREATE TRIGGER reply_is_not_changed
BEFORE UPDATE ON reply
BEGIN SELECT RAISE(ABORT, 'a reply is never changed'); END;

CREATE TRIGGER reply_stays_with_its_receipt
BEFORE DELETE ON reply
WHEN (SELECT length(body) FROM receipt WHERE id = OLD.receipt) > 0
BEGIN SELECT RAISE(ABORT, 'a reply stays while its receipt does'); END;

-- A number may stand here once for each reason. Nothing is rewritten: an entry that was removed
-- stays, and a number that comes back gets a new one. A purge leaves the list alone.
CREATE TABLE suppression (
    id INTEGER PRIMARY KEY,
    phone INTEGER NOT NULL CHECK (phone / 1000000000 BETWEEN 13 AND 19),
    reason TEXT NOT NULL CHECK (reason IN ('opt_out', 'manual', 'imported')),
    at REAL NOT NULL,
    source TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    removed_at REAL,
    removed_note TEXT NOT NULL DEFAULT '',
    CHECK (removed_at IS NOT NULL OR removed_note = '')
);

CREATE UNIQUE INDEX suppression_standing ON suppression (phone, reason) WHERE removed_at IS NULL;
CREATE INDEX suppression_by_phone ON suppression (phone, id);

CREATE TRIGGER suppression_is_only_removed
BEFORE UPDATE ON suppression
WHEN OLD.removed_at IS NOT NULL OR NEW.removed_at IS NULL OR NEW.id IS NOT OLD.id
    OR NEW.phone IS NOT OLD.phone OR NEW.reason IS NOT OLD.reason OR NEW.at IS NOT OLD.at
    OR NEW.source IS NOT OLD.source OR NEW.note IS NOT OLD.note
BEGIN SELECT RAISE(ABORT, 'an entry of the suppression list is never rewritten'); END;

CREATE TRIGGER suppression_stays
BEFORE DELETE ON suppression
BEGIN SELECT RAISE(ABORT, 'an entry of the suppression list is never deleted'); END;

-- A receipt that repeats the name of an attempt proves that KooMessage took it, and as which task.
CREATE TABLE pushed_task (
    task_name TEXT NOT NULL REFERENCES attempt (task_name),
    task_id TEXT NOT NULL CHECK (task_id <> ''),
    receipt INTEGER NOT NULL REFERENCES receipt (id),
    PRIMARY KEY (task_name, task_id)
) WITHOUT ROWID;

CREATE INDEX pushed_task_by_receipt ON pushed_task (receipt);

CREATE TRIGGER pushed_task_is_append_only
BEFORE UPDATE ON pushed_task
BEGIN SELECT RAISE(ABORT, 'what a receipt proved is never changed'); END;

CREATE TRIGGER pushed_task_stays
BEFORE DELETE ON pushed_task
BEGIN SELECT RAISE(ABORT, 'what a receipt proved is never deleted'); END;

-- What was decided about a run once its first recipients' messages were known, and what was known.
CREATE TABLE canary (
    id INTEGER PRIMARY KEY,
    run_no INTEGER NOT NULL REFERENCES run (no),
    at REAL NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('passed', 'stopped', 'overridden')),
    failed INTEGER NOT NULL CHECK (failed >= 0),
    no_card INTEGER NOT NULL CHECK (no_card >= 0),
    cards INTEGER NOT NULL CHECK (cards >= 0),
    reached INTEGER NOT NULL CHECK (reached >= 0),
    unknown INTEGER NOT NULL CHECK (unknown >= 0),
    note TEXT NOT NULL
);

CREATE INDEX canary_by_run ON canary (run_no);

CREATE TRIGGER canary_is_not_changed
BEFORE UPDATE ON canary
BEGIN SELECT RAISE(ABORT, 'a decision is never changed'); END;

CREATE TRIGGER canary_stays
BEFORE DELETE ON canary
BEGIN SELECT RAISE(ABORT, 'a decision is never deleted'); END;

PRAGMA user_version = 1;
