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
