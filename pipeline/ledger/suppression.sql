-- Statements on a suppression list, in the account's store and in a ledger alike.

-- name: remove_suppression
UPDATE suppression SET removed_at = :at, removed_note = :note
WHERE phone = :phone AND removed_at IS NULL

-- name: suppressions_of
SELECT id, phone, reason, at, source, note, removed_at, removed_note FROM suppression
WHERE phone IN (SELECT value FROM json_each(:phones)) AND (removed_at IS NULL OR :history)
ORDER BY phone, id

-- name: suppressions_after
SELECT id, phone, reason, at, source, note, removed_at, removed_note FROM suppression
WHERE (phone, id) > (:phone, :id) AND (removed_at IS NULL OR :history)
ORDER BY phone, id LIMIT :most

-- name: suppressed_after
SELECT DISTINCT phone FROM suppression
WHERE removed_at IS NULL AND reason = :reason AND phone > :phone ORDER BY phone LIMIT :most

-- name: suppressions_end
SELECT coalesce(max(id), 0) FROM suppression

-- name: suppressed_since
SELECT phone, reason FROM suppression WHERE id > :end AND removed_at IS NULL

-- name: suppressions_from
SELECT id, phone, reason, at, source, note, removed_at, removed_note FROM suppression
WHERE id > :id ORDER BY id LIMIT :most

-- name: count_honoured
SELECT coalesce(max(count), 0) FROM strangers_honoured WHERE day = :day

-- name: honour_stranger
INSERT INTO strangers_honoured (day, count) VALUES (:day, 1)
ON CONFLICT (day) DO UPDATE SET count = count + 1

-- name: add_waiting
INSERT INTO waiting_opt_out (phone, reason, at, source, note) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING

-- name: waiting
SELECT phone, reason, at, source, note FROM waiting_opt_out ORDER BY at, phone, reason LIMIT :most

-- name: count_waiting
SELECT count(DISTINCT phone), min(at), max(at) FROM waiting_opt_out

-- name: forget_waiting
DELETE FROM waiting_opt_out

-- name: let_go
DELETE FROM waiting_opt_out WHERE phone = ? AND reason = ?
