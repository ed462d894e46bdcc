-- name: page_user
SELECT name, role, secret FROM page_user WHERE name = :name

-- name: page_users
SELECT name, role, secret FROM page_user ORDER BY name

-- name: keep_page_user
INSERT INTO page_user (name, role, secret) VALUES (:name, :role, :secret)
ON CONFLICT (name) DO UPDATE SET role = :role, secret = :secret

-- name: remove_page_user
DELETE FROM page_user WHERE name = :name

-- name: end_sessions_of
DELETE FROM page_session WHERE user = :name

-- name: begin_session
INSERT INTO page_session (digest, user, ends_at) VALUES (:digest, :user, :ends_at)

-- name: forget_sessions
DELETE FROM page_session WHERE ends_at <= :at

-- name: session_user
SELECT page_user.name, role, secret FROM page_session JOIN page_user ON page_user.name = user
WHERE digest = :digest AND ends_at > :at

-- name: end_session
DELETE FROM page_session WHERE digest = :digest

-- name: know_browser
INSERT INTO page_browser (digest, user, at) VALUES (:digest, :user, :at)
ON CONFLICT (digest, user) DO UPDATE SET at = :at

-- name: is_known_browser
SELECT 1 FROM page_browser WHERE digest = :digest AND user = :user

-- name: record_act
INSERT INTO page_act (at, who, what, about, detail) VALUES (:at, :who, :what, :about, :detail)

-- name: latest_acts
SELECT at, who, what, about, detail FROM page_act ORDER BY id DESC LIMIT :most
