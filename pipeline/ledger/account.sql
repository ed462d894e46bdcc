-- name: account_of_store
SELECT account FROM account WHERE no = 1

-- name: ceiling
SELECT calls_per_s FROM account WHERE no = 1

-- name: domain
SELECT domain FROM account WHERE no = 1

-- name: name_account
INSERT INTO account (no, account) VALUES (1, ?) ON CONFLICT DO NOTHING

-- name: set_ceiling
UPDATE account SET calls_per_s = ? WHERE no = 1

-- name: set_domain
UPDATE account SET domain = ? WHERE no = 1

-- name: sizes
SELECT channel, recipients FROM size

-- name: learn_size
INSERT INTO size (channel, recipients, at, code) VALUES (?, ?, ?, ?)
ON CONFLICT (channel) DO UPDATE
SET recipients = excluded.recipients, at = excluded.at, code = excluded.code
WHERE excluded.recipients < recipients

-- name: breaker
SELECT opened_at, why, lost FROM breaker WHERE no = 1

-- name: open_breaker
INSERT INTO breaker (no, opened_at, why, lost) VALUES (1, ?, ?, ?)
ON CONFLICT (no) DO UPDATE SET why = excluded.why, lost = excluded.lost

-- name: close_breaker
DELETE FROM breaker

-- name: doubtful_codes
SELECT code, task_name FROM doubtful_code

-- name: doubt_code
INSERT INTO doubtful_code (code, task_name, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING

-- name: listing
SELECT missed_at, missed, streak, streak_since, trusted_since FROM listing WHERE kind = ?

-- name: keep_listing
INSERT INTO listing (kind, missed_at, missed, streak, streak_since, trusted_since)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (kind) DO UPDATE
SET missed_at = excluded.missed_at, missed = excluded.missed, streak = excluded.streak,
    streak_since = excluded.streak_since, trusted_since = excluded.trusted_since

-- name: add_task
INSERT INTO task (kind, at, name, ledger, phone) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING

-- name: tasks_before
SELECT kind, name, at, ledger, phone FROM task
WHERE kind = ? AND at <= ? ORDER BY at DESC, name DESC LIMIT ?

-- name: tasks_after
SELECT kind, name, at, ledger, phone FROM task
WHERE kind = ? AND at > ? ORDER BY at, name LIMIT ?

-- name: count_tasks_after
SELECT count(*) FROM task WHERE kind = ? AND at > ?

-- name: tasks_of_run
SELECT kind, name, at, ledger, phone FROM task WHERE substr(name, 1, length(:run)) = :run

-- name: forget_tasks
DELETE FROM task WHERE at < ?

-- name: forget_number
DELETE FROM task WHERE name = ? AND phone <> ''

-- name: known_ledgers
SELECT identity, folder, first_seen, last_seen FROM known_ledger ORDER BY first_seen, identity

-- name: know_ledger
INSERT INTO known_ledger (identity, folder, first_seen, last_seen)
VALUES (:identity, :folder, :at, :at)
ON CONFLICT (identity) DO UPDATE SET folder = excluded.folder, last_seen = excluded.last_seen

-- name: same_accounts
SELECT account, at, note FROM same_account ORDER BY at, account

-- name: add_same_account
INSERT INTO same_account (account, at, note) VALUES (?, ?, ?) ON CONFLICT DO NOTHING

-- name: all_sizes
SELECT channel, recipients, at, code FROM size

-- name: all_breakers
SELECT no, opened_at, why, lost FROM breaker

-- name: inherit_breaker
INSERT INTO breaker (no, opened_at, why, lost) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING

-- name: all_doubtful_codes
SELECT code, task_name, at FROM doubtful_code

-- name: all_listings
SELECT kind, missed_at, missed, streak, streak_since, trusted_since FROM listing

-- name: inherit_listing
INSERT INTO listing (kind, missed_at, missed, streak, streak_since, trusted_since)
VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING

-- name: all_tasks
SELECT kind, at, name, ledger, phone FROM task

-- name: all_ledgers
SELECT identity, folder, first_seen, last_seen FROM known_ledger

-- name: inherit_ledger
INSERT INTO known_ledger (identity, folder, first_seen, last_seen) VALUES (?, ?, ?, ?)
ON CONFLICT DO NOTHING

-- name: claim
SELECT number, token, inode, folder, at, is_working FROM claim WHERE identity = ?

-- name: keep_claim
INSERT INTO claim (identity, number, token, inode, folder, at, is_working)
VALUES (:identity, :number, :token, :inode, :folder, :at, :is_working)
ON CONFLICT (identity) DO UPDATE
SET number = excluded.number, token = excluded.token, inode = excluded.inode,
    folder = excluded.folder, at = excluded.at, is_working = excluded.is_working

-- name: all_claims
SELECT identity, number, token, inode, folder, at, is_working FROM claim

-- name: inherit_claim
INSERT INTO claim (identity, number, token, inode, folder, at, is_working)
VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING

-- name: place
SELECT inode FROM place

-- name: keep_place
INSERT INTO place (no, inode) VALUES (1, :inode)
ON CONFLICT (no) DO UPDATE SET inode = excluded.inode

-- name: people_key
SELECT key FROM people_key WHERE no = 1

-- name: inherit_people_key
UPDATE people_key SET key = ? WHERE NOT EXISTS (SELECT 1 FROM people_ledger)

-- name: people_ledgers
SELECT identity, folder, planned_at, look_back_days, given_up_at FROM people_ledger ORDER BY planned_at, identity

-- name: keep_people_ledger
INSERT INTO people_ledger (identity, folder, planned_at, look_back_days)
VALUES (:identity, :folder, :at, :days)
ON CONFLICT (identity) DO UPDATE
SET folder = excluded.folder, planned_at = max(planned_at, excluded.planned_at),
    look_back_days = max(look_back_days, excluded.look_back_days), given_up_at = NULL

-- name: give_up_people_ledger
UPDATE people_ledger SET given_up_at = ? WHERE identity = ?

-- name: inherit_people_ledger
INSERT INTO people_ledger (identity, folder, planned_at, look_back_days, given_up_at)
VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING

-- name: add_suppression
INSERT INTO suppression (id, phone, reason, at, source, note)
SELECT next, ?1, ?2, ?3, ?4, ?5 FROM suppression_next
WHERE NOT EXISTS (
    SELECT 1 FROM suppression WHERE phone = ?1 AND reason = ?2 AND removed_at IS NULL
)

-- name: join_suppression
INSERT INTO suppression (id, phone, reason, at, source, note, removed_at, removed_note)
SELECT next, ?1, ?2, ?3, ?4, ?5, ?6, ?7 FROM suppression_next
WHERE NOT EXISTS (SELECT 1 FROM suppression WHERE phone = ?1 AND reason = ?2 AND at = ?3)

-- name: joined_to
SELECT through FROM joined_list WHERE list = :list

-- name: set_joined_to
INSERT INTO joined_list (list, through) VALUES (:list, :through)
ON CONFLICT (list) DO UPDATE SET through = excluded.through

-- name: erase_tasks
DELETE FROM task WHERE phone = :phone

-- name: erasures
SELECT at, command, digest, NULL, 0 FROM erasure ORDER BY id
