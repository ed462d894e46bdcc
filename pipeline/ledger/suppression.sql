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
SELECT max(
    coalesce((SELECT max(id) FROM suppression), 0), coalesce((SELECT max(id) FROM erased_entry), 0)
)

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

-- name: erase_waiting
DELETE FROM waiting_opt_out WHERE phone = :phone

-- name: let_go
DELETE FROM waiting_opt_out WHERE phone = ? AND reason = ?

-- name: entry_keys
SELECT DISTINCT key FROM erased_entry ORDER BY key

-- name: new_key
SELECT lower(hex(randomblob(8)))

-- name: standing_digests
SELECT key, digest, reason FROM erased_entry WHERE id > :end AND removed_at IS NULL

-- name: entries_of_digest
SELECT reason, at, removed_at, removed_note FROM erased_entry
WHERE digest = :digest AND key = :key AND (removed_at IS NULL OR :history) ORDER BY id

-- name: entry_to_digest
INSERT INTO erased_entry (id, key, digest, reason, at, removed_at)
SELECT id, :key, :digest, reason, at, removed_at FROM suppression WHERE phone = :phone

-- name: delete_number
DELETE FROM suppression WHERE phone = :phone

-- name: add_erased_entry
INSERT INTO erased_entry (id, key, digest, reason, at)
SELECT next, :key, :digest, 'erased', :at FROM suppression_next WHERE NOT EXISTS (
    SELECT 1 FROM erased_entry
    WHERE key = :key AND digest = :digest AND reason = 'erased' AND removed_at IS NULL
)

-- name: remove_erased_entry
UPDATE erased_entry SET removed_at = :at, removed_note = :note
WHERE key = :key AND digest = :digest AND removed_at IS NULL

-- name: erased_entries_from
SELECT key, digest, reason, at, removed_at, removed_note FROM erased_entry WHERE id > :id ORDER BY id

-- name: join_erased_entry
INSERT INTO erased_entry (id, key, digest, reason, at, removed_at, removed_note)
SELECT next, ?1, ?2, ?3, ?4, ?5, ?6 FROM suppression_next WHERE NOT EXISTS (
    SELECT 1 FROM erased_entry WHERE key = ?1 AND digest = ?2 AND reason = ?3 AND at = ?4
)

-- name: noted
SELECT id, note, removed_note FROM suppression WHERE note <> '' OR removed_note <> ''

-- name: empty_notes
UPDATE suppression SET note = ?, removed_note = ? WHERE id = ?

-- name: add_erasure
INSERT INTO erasure (at, command, key, digest) VALUES (:at, :command, :key, :digest)
