-- Every statement of the ledger. :run_no is a run's number within the file.

-- name: run_no
SELECT no FROM run WHERE run = :run

-- name: run
SELECT run, campaign, campaign_path, message, meaning, source_path, source_sha256, source_bytes,
    planned_at, account, previous, templates, screened_to, row_count, recipient_count, chunk_count, epoch,
    started_at, finished_at, purged_at, restored_at,
    (SELECT min(emulated) FROM answerer WHERE run_no = no)
FROM run WHERE run = :run

-- name: runs
SELECT run, campaign, campaign_path, message, meaning, source_path, source_sha256, source_bytes,
    planned_at, account, previous, templates, screened_to, row_count, recipient_count, chunk_count, epoch,
    started_at, finished_at, purged_at, restored_at,
    (SELECT min(emulated) FROM answerer WHERE run_no = no)
FROM run WHERE :campaign IS NULL OR campaign = :campaign ORDER BY planned_at DESC, no DESC

-- name: runs_of_source
SELECT run, campaign, campaign_path, message, meaning, source_path, source_sha256, source_bytes,
    planned_at, account, previous, templates, screened_to, row_count, recipient_count, chunk_count, epoch,
    started_at, finished_at, purged_at, restored_at,
    (SELECT min(emulated) FROM answerer WHERE run_no = no)
FROM run WHERE source_sha256 = :sha256 ORDER BY planned_at DESC, no DESC

-- name: count_runs_alike
SELECT count(*) FROM run WHERE source_sha256 = ? AND meaning = ? AND account = ?

-- name: identity
SELECT identity FROM ledger

-- name: own_claims
SELECT account, number, before, latest, inode FROM claim ORDER BY account

-- name: keep_own_claim
INSERT INTO claim (account, number, before, latest, inode)
VALUES (:account, :number, :before, :latest, :inode)
ON CONFLICT (account) DO UPDATE
SET number = excluded.number, before = excluded.before, latest = excluded.latest,
    inode = excluded.inode

-- name: put_back_at
SELECT at FROM put_back

-- name: put_back
INSERT INTO put_back (no, at) VALUES (1, :at) ON CONFLICT (no) DO UPDATE SET at = excluded.at

-- name: mark_unfinished_restored
UPDATE run SET restored_at = :at
WHERE finished_at IS NULL AND purged_at IS NULL AND restored_at IS NULL

-- name: end_put_back
DELETE FROM put_back

-- name: mark_restored
UPDATE run SET restored_at = :at WHERE no = :run_no

-- name: add_run
INSERT INTO run (
    run, campaign, campaign_path, message, meaning, source_path, source_sha256, source_bytes,
    planned_at, account, previous, templates, screened_to
) VALUES (
    :run, :campaign, :campaign_path, :message, :meaning, :source_path, :source_sha256,
    :source_bytes, :planned_at, :account, :previous, :templates, :screened_to
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
INSERT INTO submission (
    run_no, chunk, submission, start, stop, first_row, last_row, route, picked, messages
) VALUES (
    ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
)

-- name: add_row
INSERT INTO row (run_no, row, sheet_no, line, chunk, submission) VALUES (?, ?, ?, ?, ?, ?)

-- name: add_people
INSERT INTO people (run_no, chunk, scheme, numbers, messages) VALUES (?, ?, ?, ?, ?)

-- name: people
SELECT scheme, numbers, messages FROM people WHERE run_no = :run_no AND chunk = :chunk

-- name: people_planned
SELECT chunk.chunk, coalesce(people.scheme, ''), coalesce(people.numbers, x'')
FROM chunk LEFT JOIN people USING (run_no, chunk) WHERE chunk.run_no = :run_no ORDER BY chunk.chunk

-- name: purge_people
DELETE FROM people WHERE run_no IN (SELECT no FROM run WHERE purged_at IS NOT NULL AND planned_at < ?)

-- name: add_personal
INSERT INTO personal (run_no, chunk, blob) VALUES (:run_no, :chunk, :blob)

-- name: add_rejected_row
INSERT INTO row (run_no, sheet_no, row, line, outcome, reason, evidence)
VALUES (?, ?, ?, ?, ?, ?, 'source')

-- name: add_rejected
INSERT INTO rejected (run_no, row, reason, column_name, phone, of_row, of_line, cells, detail)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: next_epoch
UPDATE run SET epoch = epoch + 1 WHERE no = :run_no

-- name: epoch
SELECT epoch FROM run WHERE no = :run_no

-- name: submission_stand
SELECT state, task_name FROM submission WHERE run_no = ? AND chunk = ? AND submission = ?

-- name: submission
SELECT chunk, submission, start, stop, state, attempts, task_name, task_id, attempted_at,
    concluded_at, code, message, route, picked, withheld
FROM submission WHERE run_no = :run_no AND chunk = :chunk AND submission = :submission

-- name: submissions
SELECT chunk, submission, start, stop, state, attempts, task_name, task_id, attempted_at,
    concluded_at, code, message, route, picked, withheld
FROM submission WHERE run_no = :run_no ORDER BY chunk, submission

-- name: submissions_in_states
SELECT chunk, submission, start, stop, state, attempts, task_name, task_id, attempted_at,
    concluded_at, code, message, route, picked, withheld
FROM submission INDEXED BY submission_by_state
WHERE run_no = :run_no AND state IN (SELECT value FROM json_each(:states))
ORDER BY chunk, submission

-- name: submissions_of_chunks
SELECT chunk, submission, start, stop, state, attempts, task_name, task_id, attempted_at,
    concluded_at, code, message, route, picked, withheld
FROM submission WHERE run_no = :run_no AND chunk BETWEEN :first AND :last

-- name: submissions_together
-- A chunk's submissions as one, where they are alike in all that says whom they reached, and have no
-- gap; the first column tells whether they are. Reading each of them costs five times as much.
SELECT min(state) = max(state) AND min(route) = max(route) AND min(code) = max(code)
    AND count(picked) = 0 AND count(withheld) = 0 AND sum(stop - start) = max(stop) - min(start)
    AND count(attempted_at) IN (0, count(*))
    AND (min(attempted_at) >= :since) IS (max(attempted_at) >= :since),
    chunk, min(submission), min(start), max(stop), state, min(attempts), NULL, NULL,
    min(attempted_at), NULL, code, '', route, NULL, NULL
FROM submission WHERE run_no = :run_no GROUP BY chunk ORDER BY chunk

-- name: submission_span
SELECT first_row, last_row FROM submission
WHERE run_no = :run_no AND chunk = :chunk AND submission = :submission

-- name: attempt_named
SELECT 1 FROM attempt WHERE task_name = ?

-- name: attempt_of_run
SELECT 1 FROM attempt WHERE task_name = :task_name AND run_no = :run_no

-- name: proved
SELECT 1 FROM attempt JOIN pushed_task ON pushed_task.task_name = attempt.task_name
WHERE attempt.run_no = ? AND attempt.chunk = ? AND attempt.submission = ? LIMIT 1

-- name: attempt_of_submission
SELECT at FROM attempt WHERE task_name = ? AND run_no = ? AND chunk = ? AND submission = ?

-- name: attempt_names
SELECT task_name FROM attempt WHERE run_no = :run_no

-- name: attempts
SELECT attempt.chunk, attempt.submission, attempt.attempt, attempt.task_name, attempt.at, step.at,
    step.event, step.task_id, coalesce(step.code, ''), coalesce(step.message, ''),
    coalesce(step.note, '')
FROM attempt LEFT JOIN step ON step.id = (
    SELECT max(id) FROM step
    WHERE step.run_no = attempt.run_no AND step.chunk = attempt.chunk
        AND step.submission = attempt.submission AND step.task_name = attempt.task_name
        AND (step.from_state IN ('in_flight', 'in_doubt')
            OR (step.from_state = 'deferred' AND step.event = 'was_found'))
)
WHERE attempt.run_no = :run_no
ORDER BY attempt.chunk, attempt.submission, attempt.attempt

-- name: releases
SELECT chunk, submission, count(*) FROM step
WHERE run_no = :run_no AND event = 'was_released' AND note GLOB 'policy *'
GROUP BY chunk, submission

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

-- name: name_submission
UPDATE submission SET task_name = ?, attempted_at = ?
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
INSERT INTO question (run_no, task_name, at, found, answer, calibrates, round, meant_at)
VALUES (:run_no, :task_name, :at, :found, :answer, :calibrates, :round, :meant_at)

-- name: questions
SELECT task_name, at, found, answer, calibrates, round, meant_at FROM question WHERE run_no = :run_no ORDER BY id

-- name: add_evidence
INSERT INTO evidence (run_no, chunk, submission, source, at, digest, facts)
VALUES (:run_no, :chunk, :submission, :source, :at, :digest, :facts)
ON CONFLICT (run_no, chunk, submission, source, digest) DO NOTHING

-- name: evidence
SELECT id, source, facts FROM evidence
WHERE run_no = :run_no AND chunk = :chunk AND submission = :submission ORDER BY id

-- name: evidence_as_recorded
SELECT source, at, facts FROM evidence
WHERE run_no = :run_no AND chunk = :chunk AND submission = :submission ORDER BY id

-- name: last_submission
SELECT max(submission) FROM submission WHERE run_no = :run_no AND chunk = :chunk

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

-- name: add_receipt
INSERT INTO receipt (at, kind, body, whole) VALUES (:at, :kind, :body, :whole)

-- name: receipt_of_digest
SELECT receipt FROM receipt_digest JOIN receipt ON receipt.id = receipt_digest.receipt
WHERE digest = :digest AND kind = :kind

-- name: add_receipt_digest
INSERT INTO receipt_digest (digest, receipt) VALUES (:digest, :receipt)
ON CONFLICT (digest) DO UPDATE SET receipt = excluded.receipt

-- name: add_news
INSERT INTO news (receipt, task_id, phone, kind, code, at, parts) VALUES (?, ?, ?, ?, ?, ?, ?)

-- name: news_of_task
SELECT receipt, phone, kind, code, at FROM news WHERE task_id = :task_id ORDER BY receipt, rowid

-- name: latest_receipt
SELECT coalesce(max(id), 0) FROM receipt

-- name: folded_to
SELECT receipt FROM fold WHERE run_no = (SELECT no FROM run WHERE run = :run)

-- name: fold_to
INSERT INTO fold (run_no, receipt) VALUES (:run_no, :receipt)
ON CONFLICT (run_no) DO UPDATE SET receipt = excluded.receipt WHERE excluded.receipt > fold.receipt

-- name: count_unfolded
SELECT count(DISTINCT news.receipt) FROM submission JOIN news ON news.task_id = submission.task_id
WHERE submission.run_no = (SELECT no FROM run WHERE run = :run) AND news.receipt > :receipt

-- name: news_of_links
SELECT receipt, phone, kind, code, news.at FROM news
WHERE task_id IN (
    SELECT task_id FROM submission
    WHERE run_no = :run_no AND chunk = :chunk AND route = 'parse' AND start < :stop
    AND stop > :start
) ORDER BY news.rowid

-- name: chunk_span
SELECT first_row, last_row, continued_at, (SELECT purged_at FROM run WHERE no = :run_no),
    (SELECT count(*) FROM erased_row WHERE run_no = :run_no), recipients
FROM chunk WHERE run_no = :run_no AND chunk = :chunk

-- name: rows_rejected
SELECT row FROM rejected WHERE run_no = :run_no AND row BETWEEN :first_row AND :last_row

-- name: rows_of_no_chunk
SELECT row FROM row
WHERE run_no = :run_no AND row BETWEEN :first_row AND :last_row AND chunk IS NOT :chunk

-- name: personal
SELECT blob FROM personal WHERE run_no = :run_no AND chunk = :chunk

-- name: count_settled
SELECT outcome, count(*) FROM row WHERE run_no = :run_no AND outcome IS NOT NULL GROUP BY outcome

-- name: count_unsettled
SELECT state, route = 'parse', sum((
    SELECT count(*) FROM row
    WHERE row.run_no = submission.run_no
        AND row.row BETWEEN submission.first_row AND submission.last_row
        AND row.chunk = submission.chunk AND row.submission = submission.submission
        AND row.outcome IS NULL
)) FROM submission WHERE run_no = :run_no GROUP BY state, route = 'parse'

-- name: count_submissions
SELECT state, count(*), sum(messages) FROM submission
WHERE run_no = :run_no AND route <> 'skip' GROUP BY state

-- name: refused_of_taken
SELECT count(*) FROM row JOIN submission USING (run_no, chunk, submission)
WHERE row.run_no = :run_no AND row.outcome = 'refused'
    AND submission.state = 'accepted' AND submission.route <> 'parse' AND submission.route <> 'skip'

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
    of_line, detail
FROM rejected JOIN row ON row.run_no = rejected.run_no AND row.row = rejected.row
WHERE rejected.run_no = :run_no AND rejected.row > :after ORDER BY rejected.row LIMIT :most

-- name: add_links
INSERT INTO link (run_no, chunk, submission, blob) VALUES (:run_no, :chunk, :submission, :blob)

-- name: links
SELECT blob FROM link
WHERE run_no = (SELECT no FROM run WHERE run = :run) AND chunk = :chunk ORDER BY submission

-- name: unlinked_chunks
SELECT chunk FROM chunk
WHERE run_no = (SELECT no FROM run WHERE run = :run) AND continued_at IS NULL AND EXISTS (
    SELECT 1 FROM submission
    WHERE submission.run_no = chunk.run_no AND submission.chunk = chunk.chunk
    AND submission.route = 'parse'
) ORDER BY chunk

-- name: makers
SELECT chunk, submission, start, stop, state, attempts, task_name, task_id, attempted_at,
    concluded_at, code, message, route, picked, withheld
FROM submission
WHERE run_no = (SELECT no FROM run WHERE run = :run) AND chunk = :chunk AND route = 'parse'
    AND state = 'accepted' AND start < :stop AND stop > :start
ORDER BY submission

-- name: chunk_continued
SELECT continued_at FROM chunk WHERE run_no = :run_no AND chunk = :chunk

-- name: continue_chunk
UPDATE chunk SET continued_at = :at WHERE run_no = :run_no AND chunk = :chunk

-- name: move_row
UPDATE row SET submission = ? WHERE run_no = ? AND row = ?

-- name: replace_personal
UPDATE personal SET blob = :blob WHERE run_no = :run_no AND chunk = :chunk

-- name: remember_capability
INSERT INTO capability (template, phone, kind, at) VALUES (?, ?, ?, ?)
ON CONFLICT (template, phone) DO UPDATE SET kind = excluded.kind, at = excluded.at

-- name: capabilities
SELECT phone, kind FROM capability
WHERE template = :template AND at >= :since
    AND phone IN (SELECT value FROM json_each(:phones))

-- name: add_reply
INSERT INTO reply (receipt, phone, content, at, task_id, opts_out, unclear)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING

-- name: receipt_tallies
SELECT kind, count(*), sum(at >= :since), sum(1 - whole), max(at)
FROM receipt GROUP BY kind ORDER BY kind

-- name: latest_replies
SELECT reply.receipt, receipt.at, reply.phone, reply.content, reply.at, reply.task_id,
    reply.opts_out, reply.unclear
FROM reply JOIN receipt ON receipt.id = reply.receipt ORDER BY reply.id DESC LIMIT :most

-- name: count_replies_since
SELECT count(*), count(DISTINCT iif(opts_out = 1 OR unclear <> '', phone, NULL))
FROM reply JOIN receipt ON receipt.id = reply.receipt WHERE receipt.at >= :since

-- name: opt_outs
SELECT reply.receipt, receipt.at, reply.phone, reply.content, reply.at, reply.task_id,
    reply.opts_out, reply.unclear
FROM reply JOIN receipt ON receipt.id = reply.receipt
WHERE reply.opts_out = 1 OR reply.unclear <> '' ORDER BY reply.id

-- name: odd_receipts
SELECT id, at, kind, substr(body, 1, :bytes) FROM receipt
WHERE whole = 0 ORDER BY id DESC LIMIT :most

-- name: count_replies
SELECT count(*), coalesce(sum(opts_out), 0), coalesce(sum(unclear <> ''), 0) FROM reply

-- name: add_suppression
INSERT INTO suppression (id, phone, reason, at, source, note)
SELECT next, ?1, ?2, ?3, ?4, ?5 FROM suppression_next
WHERE true ON CONFLICT (phone, reason) WHERE removed_at IS NULL DO NOTHING

-- name: runs_sent_since
SELECT no, run, message, json_type(meaning, '$.trial') IS NOT NULL FROM run
WHERE account IN (SELECT value FROM json_each(:accounts)) AND started_at IS NOT NULL
    AND (finished_at IS NULL OR finished_at >= :since)
ORDER BY no

-- name: rows_not_reached
SELECT row FROM row INDEXED BY row_not_reached
WHERE run_no = :run_no AND row BETWEEN :first AND :last AND (
    outcome = 'refused' OR outcome = 'undelivered' OR outcome = 'suppressed'
)

-- name: add_pushed_task
INSERT INTO pushed_task (task_name, task_id, receipt)
SELECT :task_name, :task_id, :receipt WHERE EXISTS (
    SELECT 1 FROM attempt WHERE task_name = :task_name
)
ON CONFLICT DO NOTHING

-- name: pushed_tasks
SELECT task_name, task_id FROM pushed_task
WHERE task_name IN (SELECT value FROM json_each(:names)) ORDER BY task_name, task_id

-- name: strangers
WITH strange AS (
    SELECT DISTINCT task_id FROM news
    EXCEPT SELECT task_id FROM submission WHERE task_id IS NOT NULL
)
SELECT count(DISTINCT news.task_id), count(*), max(receipt.at)
FROM strange CROSS JOIN news ON news.task_id = strange.task_id
JOIN receipt ON receipt.id = news.receipt

-- name: unknown_news_of
WITH strange AS (
    SELECT DISTINCT task_id FROM news
    EXCEPT SELECT task_id FROM submission WHERE task_id IS NOT NULL
)
SELECT news.phone, min(news.task_id)
FROM strange CROSS JOIN news ON news.task_id = strange.task_id
JOIN receipt ON receipt.id = news.receipt
WHERE receipt.at >= :since AND news.phone IN (SELECT value FROM json_each(:phones))
GROUP BY news.phone

-- name: tally_settled
SELECT outcome, reason, code, count(*) FROM row
WHERE run_no = (SELECT no FROM run WHERE run = :run) AND outcome IS NOT NULL
GROUP BY outcome, reason, code

-- name: tally_unsettled
SELECT state, route, code, (
    SELECT count(*) FROM row
    WHERE row.run_no = submission.run_no
        AND row.row BETWEEN submission.first_row AND submission.last_row
        AND row.chunk = submission.chunk AND row.submission = submission.submission
        AND row.outcome IS NULL
) FROM submission WHERE run_no = (SELECT no FROM run WHERE run = :run)

-- name: parts_told
SELECT task_id, phone, max(parts) FROM news
WHERE task_id IN (SELECT value FROM json_each(:tasks)) AND parts > 0 GROUP BY task_id, phone

-- name: replies_since
SELECT reply.receipt, receipt.at, reply.phone, reply.content, reply.at, reply.task_id,
    reply.opts_out, reply.unclear
FROM reply JOIN receipt ON receipt.id = reply.receipt WHERE receipt.at >= :since ORDER BY reply.id

-- name: add_canary
INSERT INTO canary (run_no, at, verdict, failed, no_card, cards, reached, unknown, note)
VALUES (:run_no, :at, :verdict, :failed, :no_card, :cards, :reached, :unknown, :note)

-- name: canary
SELECT at, verdict, failed, no_card, cards, reached, unknown, note FROM canary
WHERE run_no = :run_no ORDER BY id

-- name: withhold
UPDATE submission SET withheld = :withheld, messages = :messages
WHERE run_no = :run_no AND chunk = :chunk AND submission = :submission

-- name: kept_chunks
SELECT chunk.chunk, run.message ->> '$.template', chunk.recipients FROM chunk
JOIN personal ON personal.run_no = chunk.run_no AND personal.chunk = chunk.chunk
JOIN run ON run.no = chunk.run_no
WHERE chunk.run_no = :run_no ORDER BY chunk.chunk

-- name: purge_handsets
DELETE FROM capability
WHERE template = :template AND phone IN (SELECT value FROM json_each(:phones))

-- name: purge_personal
DELETE FROM personal WHERE run_no = :run_no

-- name: purge_links
DELETE FROM link WHERE run_no = :run_no

-- name: purge_rejected
UPDATE rejected SET phone = '', cells = '[]'
WHERE run_no = :run_no AND (phone <> '' OR cells <> '[]')

-- name: empty_receipts_of_run
UPDATE receipt SET body = x'' WHERE length(body) > 0 AND id IN (
    SELECT receipt FROM news WHERE task_id IN (
        SELECT task_id FROM submission WHERE run_no = :run_no AND task_id IS NOT NULL
    )
    UNION ALL
    SELECT receipt FROM reply WHERE task_id IN (
        SELECT task_id FROM submission WHERE run_no = :run_no AND task_id IS NOT NULL
    )
)

-- name: purge_news_of_run
DELETE FROM news WHERE task_id IN (
    SELECT task_id FROM submission WHERE run_no = :run_no AND task_id IS NOT NULL
)

-- name: purge_replies_of_run
DELETE FROM reply WHERE task_id IN (
    SELECT task_id FROM submission WHERE run_no = :run_no AND task_id IS NOT NULL
)

-- name: mark_purged
UPDATE run SET purged_at = :at WHERE no = :run_no AND purged_at IS NULL

-- name: empty_old_receipts
UPDATE receipt SET body = x'' WHERE at < :before AND length(body) > 0 AND id NOT IN (
    SELECT receipt FROM news WHERE task_id IN (
        SELECT task_id FROM submission JOIN run ON run.no = submission.run_no
        WHERE run.purged_at IS NULL AND task_id IS NOT NULL
    )
)

-- name: purge_old_news
DELETE FROM news
WHERE receipt IN (SELECT id FROM receipt WHERE at < :before AND length(body) = 0)
    AND task_id NOT IN (
        SELECT task_id FROM submission JOIN run ON run.no = submission.run_no
        WHERE run.purged_at IS NULL AND task_id IS NOT NULL
    )

-- name: purge_old_replies
DELETE FROM reply
WHERE receipt IN (SELECT id FROM receipt WHERE at < :before AND length(body) = 0)

-- name: purge_old_handsets
DELETE FROM capability WHERE at < :before

-- name: add_stop
INSERT INTO stop (run_no, at, kind) VALUES (:run_no, :at, :kind)

-- name: latest_stop
SELECT kind FROM stop WHERE run_no = :run_no ORDER BY id DESC LIMIT 1

-- name: take_back_stop
INSERT INTO stop (run_no, at, kind)
SELECT run_no, :at, 'gone_on' FROM stop
WHERE id = (SELECT max(id) FROM stop WHERE run_no = :run_no) AND kind <> 'gone_on'

-- name: add_control
INSERT INTO control (run_no, at, kind, who, why, messages_per_s)
VALUES (:run_no, :at, :kind, :who, :why, :messages_per_s)

-- name: controls
SELECT at, kind, who, why, messages_per_s FROM control WHERE run_no = :run_no ORDER BY id

-- name: add_answerer
INSERT OR IGNORE INTO answerer (run_no, emulated, at) VALUES (:run_no, :emulated, :at)

-- name: erased_rows
SELECT erased_row.row, erased_row.kind, erasure.at FROM erased_row
JOIN erasure ON erasure.id = erased_row.erasure
WHERE run_no = (SELECT no FROM run WHERE run = :run) ORDER BY erased_row.row, erased_row.kind DESC

-- name: erase_row
INSERT INTO erased_row (run_no, row, kind, erasure) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING

-- name: erasures
SELECT erasure.at, erasure.command, erasure.digest, run.run, count(erased_row.row) FROM erasure
LEFT JOIN erased_row ON erased_row.erasure = erasure.id AND erased_row.kind = 'person'
LEFT JOIN run ON run.no = erased_row.run_no
GROUP BY erasure.id, run.no ORDER BY erasure.id, run.no

-- name: erasure_keys
SELECT DISTINCT key FROM erasure

-- name: runs_erased_of
SELECT DISTINCT run.run FROM erasure JOIN erased_row ON erased_row.erasure = erasure.id
JOIN run ON run.no = erased_row.run_no WHERE erasure.key = :key AND erasure.digest = :digest

-- name: all_personal
SELECT personal.chunk, chunk.recipients FROM personal
JOIN chunk ON chunk.run_no = personal.run_no AND chunk.chunk = personal.chunk
WHERE personal.run_no = :run_no ORDER BY personal.chunk

-- name: all_links
SELECT submission, blob FROM link WHERE run_no = :run_no AND chunk = :chunk

-- name: replace_links
UPDATE link SET blob = :blob
WHERE run_no = :run_no AND chunk = :chunk AND submission = :submission

-- name: delete_links
DELETE FROM link WHERE run_no = :run_no AND chunk = :chunk AND submission = :submission

-- name: all_rejected
SELECT row, phone, cells, column_name, detail FROM rejected
WHERE run_no = :run_no AND row > :after ORDER BY row LIMIT :most

-- name: erase_rejected
UPDATE rejected SET phone = ?, cells = ?, column_name = ?, detail = ? WHERE run_no = ? AND row = ?

-- name: all_headers
SELECT sheet_no, header FROM sheet WHERE run_no = :run_no

-- name: receipts_that_hold
SELECT id FROM receipt WHERE length(body) > 0 AND (
    instr(body, CAST(:phone AS BLOB)) > 0 OR instr(body, :wide) > 0
    OR id IN (SELECT receipt FROM news WHERE instr(phone, :phone) > 0)
    OR id IN (SELECT receipt FROM reply WHERE instr(phone, :phone) > 0)
)

-- name: empty_receipt
UPDATE receipt SET body = x'' WHERE id = ? AND length(body) > 0

-- name: erase_news
DELETE FROM news WHERE instr(phone, :phone) > 0

-- name: all_replies
SELECT id, receipt, phone, content FROM reply

-- name: erase_reply
DELETE FROM reply WHERE id = ?

-- name: erase_handsets
DELETE FROM capability WHERE phone = :number

-- name: begin_night
INSERT INTO night (campaign, day, at_s, began_at) VALUES (:campaign, :day, :at_s, :began_at)

-- name: end_night
UPDATE night SET ended_at = :at, exit_code = :exit_code, run = :run WHERE id = :night

-- name: nights
SELECT campaign, day, at_s, began_at, ended_at, exit_code, run FROM night
WHERE campaign = :campaign AND began_at >= :since ORDER BY began_at DESC, id DESC

-- name: latest_nights
SELECT campaign, day, at_s, began_at, ended_at, exit_code, run FROM night
WHERE id IN (SELECT max(id) FROM night GROUP BY campaign) ORDER BY campaign

-- name: add_notice
INSERT INTO notice (campaign, kind, key, run, at, subject, text)
VALUES (:campaign, :kind, :key, :run, :at, :subject, :text)
ON CONFLICT (campaign, kind, key) DO NOTHING

-- name: notice_no
SELECT id FROM notice WHERE campaign = :campaign AND kind = :kind AND key = :key

-- name: add_notice_address
INSERT OR IGNORE INTO notice_address (notice, address) VALUES (?, ?)

-- name: notices
SELECT id, campaign, kind, key, run, at, subject, text FROM notice
WHERE campaign = :campaign AND at >= :since ORDER BY id

-- name: notice_addresses
SELECT address FROM notice_address WHERE notice = :notice ORDER BY address

-- name: notice_steps
SELECT address, at, step, why FROM notice_step WHERE notice = :notice ORDER BY id

-- name: latest_notice_step
SELECT step FROM notice_step WHERE notice = :notice AND address = :address
ORDER BY id DESC LIMIT 1

-- name: add_notice_step
INSERT INTO notice_step (notice, address, at, step, why)
VALUES (:notice, :address, :at, :step, :why)
