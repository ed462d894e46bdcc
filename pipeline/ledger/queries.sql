-- Every statement of the ledger. :run_no is a run's number within the file.

-- name: run_no
SELECT no FROM run WHERE run = :run

-- name: run
SELECT no, run, campaign, campaign_path, message, meaning, source_path, source_sha256, source_bytes,
    planned_at, account, previous, row_count, recipient_count, chunk_count, epoch, started_at,
    finished_at
FROM run WHERE run = :run

-- name: runs
SELECT no, run, campaign, campaign_path, message, meaning, source_path, source_sha256, source_bytes,
    planned_at, account, previous, row_count, recipient_count, chunk_count, epoch, started_at,
    finished_at
FROM run WHERE :campaign IS NULL OR campaign = :campaign ORDER BY planned_at DESC, no DESC

-- name: add_run
INSERT INTO run (
    run, campaign, campaign_path, message, meaning, source_path, source_sha256, source_bytes,
    planned_at, account, previous
) VALUES (
    :run, :campaign, :campaign_path, :message, :meaning, :source_path, :source_sha256,
    :source_bytes, :planned_at, :account, :previous
)

-- name: count_run
UPDATE run SET row_count = :rows, recipient_count = :recipients, chunk_count = :chunks
WHERE no = :run_no

-- name: add_sheet
INSERT INTO sheet (run_no, sheet_no, sheet) VALUES (:run_no, :sheet_no, :sheet)

-- name: set_header
UPDATE sheet SET header = :header WHERE run_no = :run_no AND sheet_no = :sheet_no

-- name: add_chunk
INSERT INTO chunk (run_no, chunk, first_row, last_row, recipients)
VALUES (:run_no, :chunk, :first_row, :last_row, :recipients)

-- name: add_submission
INSERT INTO submission (run_no, chunk, submission, start, stop, first_row, last_row)
VALUES (?, ?, ?, ?, ?, ?, ?)

-- name: add_row
INSERT INTO row (run_no, row, sheet_no, line, chunk, submission) VALUES (?, ?, ?, ?, ?, ?)

-- name: add_personal
INSERT INTO personal (run_no, chunk, blob) VALUES (:run_no, :chunk, :blob)

-- name: add_rejected_row
INSERT INTO row (run_no, row, sheet_no, line, outcome, reason, evidence)
VALUES (?, ?, ?, ?, ?, ?, 'source')

-- name: add_rejected
INSERT INTO rejected (run_no, row, reason, column_name, phone, of_row, of_line, cells)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: next_epoch
UPDATE run SET epoch = epoch + 1 WHERE no = :run_no

-- name: epoch
SELECT epoch FROM run WHERE no = :run_no

-- name: submission_stand
SELECT state, task_name FROM submission WHERE run_no = ? AND chunk = ? AND submission = ?

-- name: submission
SELECT chunk, submission, start, stop, state, attempts, task_name, task_id, attempted_at,
    concluded_at, code, message
FROM submission WHERE run_no = :run_no AND chunk = :chunk AND submission = :submission

-- name: submissions
SELECT chunk, submission, start, stop, state, attempts, task_name, task_id, attempted_at,
    concluded_at, code, message
FROM submission WHERE run_no = :run_no ORDER BY chunk, submission

-- name: submissions_in_state
SELECT chunk, submission, start, stop, state, attempts, task_name, task_id, attempted_at,
    concluded_at, code, message
FROM submission WHERE run_no = :run_no AND state = :state

-- name: submissions_of_chunks
SELECT chunk, submission, start, stop, state, attempts, task_name, task_id, attempted_at,
    concluded_at, code, message
FROM submission WHERE run_no = :run_no AND chunk BETWEEN :first AND :last

-- name: submission_span
SELECT first_row, last_row FROM submission
WHERE run_no = :run_no AND chunk = :chunk AND submission = :submission

-- name: attempt_named
SELECT 1 FROM attempt WHERE task_name = ?

-- name: attempt_of_run
SELECT 1 FROM attempt WHERE task_name = :task_name AND run_no = :run_no

-- name: attempts
SELECT attempt.chunk, attempt.submission, attempt.attempt, attempt.task_name, attempt.at, step.at,
    step.event, step.task_id, step.code, step.message, step.note
FROM attempt LEFT JOIN step ON step.id = (
    SELECT max(id) FROM step
    WHERE step.run_no = attempt.run_no AND step.chunk = attempt.chunk
        AND step.submission = attempt.submission AND step.task_name = attempt.task_name
        AND step.from_state IN ('in_flight', 'in_doubt')
)
WHERE attempt.run_no = :run_no
ORDER BY attempt.chunk, attempt.submission, attempt.attempt

-- name: add_attempt
INSERT INTO attempt (task_name, run_no, chunk, submission, attempt, at)
VALUES (?, ?, ?, ?, ?, ?)

-- name: begin_attempt
UPDATE submission
SET state = ?, event = 'attempted', attempts = attempts + 1, task_name = ?, attempted_at = ?,
    concluded_at = NULL, code = '', message = ''
WHERE run_no = ? AND chunk = ? AND submission = ?

-- name: conclude_attempt
UPDATE submission
SET state = ?, event = ?, task_id = ?, concluded_at = ?, code = ?, message = ?
WHERE run_no = ? AND chunk = ? AND submission = ?

-- name: add_step
INSERT INTO step (
    run_no, chunk, submission, task_name, from_state, event, to_state, at, task_id, code, message,
    note
) VALUES (
    ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
)

-- name: start_run
UPDATE run SET started_at = coalesce(started_at, :at), finished_at = NULL
WHERE no = :run_no AND (started_at IS NULL OR finished_at IS NOT NULL)

-- name: reopen_run
UPDATE run SET finished_at = NULL WHERE no = :run_no AND finished_at IS NOT NULL

-- name: finish_run
UPDATE run SET finished_at = :at WHERE no = :run_no

-- name: add_question
INSERT INTO question (run_no, task_name, at, found, answer, calibrates)
VALUES (:run_no, :task_name, :at, :found, :answer, :calibrates)

-- name: questions
SELECT task_name, at, found, answer, calibrates FROM question WHERE run_no = :run_no ORDER BY id

-- name: add_evidence
INSERT INTO evidence (run_no, chunk, submission, source, at, digest, facts)
VALUES (:run_no, :chunk, :submission, :source, :at, :digest, :facts)
ON CONFLICT (run_no, chunk, submission, source, digest) DO NOTHING

-- name: evidence
SELECT id, source, facts FROM evidence
WHERE run_no = :run_no AND chunk = :chunk AND submission = :submission ORDER BY id

-- name: rows_of_submission
SELECT row FROM row
WHERE run_no = :run_no AND row BETWEEN :first_row AND :last_row
    AND chunk = :chunk AND submission = :submission

-- name: settle_row
UPDATE row
SET outcome = ?, reason = ?, code = ?, delivered_at = ?, rendered_at = ?, evidence = ?
WHERE run_no = ? AND row = ? AND chunk IS NOT NULL

-- name: set_link_life
UPDATE submission SET link_life_s = :seconds
WHERE run_no = :run_no AND chunk = :chunk AND submission = :submission

-- name: link_life
SELECT link_life_s FROM submission
WHERE run_no = :run_no AND chunk = :chunk AND submission = :submission

-- name: learn_ceiling
INSERT INTO ceiling (account, calls_per_s) SELECT account, :calls_per_s FROM run WHERE no = :run_no
ON CONFLICT (account) DO UPDATE SET calls_per_s = excluded.calls_per_s

-- name: ceiling
SELECT calls_per_s FROM ceiling WHERE account = :account

-- name: add_receipt
INSERT INTO receipt (at, kind, body) VALUES (:at, :kind, :body)

-- name: add_news
INSERT INTO news (receipt, task_id, phone, kind, code, at) VALUES (?, ?, ?, ?, ?, ?)

-- name: news_of_task
SELECT receipt, phone, kind, code, at FROM news WHERE task_id = :task_id ORDER BY rowid

-- name: chunk_span
SELECT first_row, last_row FROM chunk WHERE run_no = :run_no AND chunk = :chunk

-- name: rows_of_no_chunk
SELECT row FROM row
WHERE run_no = :run_no AND row BETWEEN :first_row AND :last_row AND chunk IS NOT :chunk

-- name: personal
SELECT blob FROM personal WHERE run_no = :run_no AND chunk = :chunk

-- name: count_settled
SELECT outcome, count(*) FROM row WHERE run_no = :run_no AND outcome IS NOT NULL GROUP BY outcome

-- name: count_unsettled
SELECT state, sum((
    SELECT count(*) FROM row
    WHERE row.run_no = submission.run_no
        AND row.row BETWEEN submission.first_row AND submission.last_row
        AND row.chunk = submission.chunk AND row.submission = submission.submission
        AND row.outcome IS NULL
)) FROM submission WHERE run_no = :run_no GROUP BY state

-- name: count_submissions
SELECT state, count(*), sum(stop - start) FROM submission WHERE run_no = :run_no GROUP BY state

-- name: chunk_states
SELECT chunk, group_concat(DISTINCT state) FROM submission WHERE run_no = :run_no GROUP BY chunk

-- name: row_count
SELECT row_count FROM run WHERE no = :run_no

-- name: rows_after
SELECT row, sheet_no, line, chunk, submission, outcome, reason, code, delivered_at, rendered_at,
    evidence
FROM row WHERE run_no = :run_no AND row > :after ORDER BY row LIMIT :most

-- name: sheets
SELECT sheet_no, sheet, header FROM sheet WHERE run_no = :run_no

-- name: rejected_phones
SELECT row, phone FROM rejected WHERE run_no = :run_no AND row BETWEEN :first AND :last

-- name: rejected_after
SELECT rejected.row, row.sheet_no, row.line, rejected.reason, column_name, phone, cells, of_row,
    of_line
FROM rejected JOIN row ON row.run_no = rejected.run_no AND row.row = rejected.row
WHERE rejected.run_no = :run_no AND rejected.row > :after ORDER BY rejected.row LIMIT :most

-- name: rejected_reasons
SELECT outcome, reason, count(*) FROM row
WHERE run_no = :run_no AND chunk IS NULL GROUP BY outcome, reason
