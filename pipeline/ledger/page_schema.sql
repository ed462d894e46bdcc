-- Version 1 of a page's store: users, sessions, browsers that were signed in from, and acts.
CREATE TABLE page_user (
    name TEXT PRIMARY KEY CHECK (name <> ''),
    role TEXT NOT NULL CHECK (role IN ('viewer', 'operator')),
    secret TEXT NOT NULL CHECK (secret <> '')
) WITHOUT ROWID;

-- A session and a browser are known by digests of tokens: who reads the file is not signed in by it.
CREATE TABLE page_session (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    user TEXT NOT NULL REFERENCES page_user (name) ON DELETE CASCADE,
    ends_at REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE page_browser (
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    user TEXT NOT NULL REFERENCES page_user (name) ON DELETE CASCADE,
    at REAL NOT NULL,
    PRIMARY KEY (digest, user)
) WITHOUT ROWID;

CREATE TABLE page_act (
    id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    who TEXT NOT NULL CHECK (who <> ''),
    what TEXT NOT NULL CHECK (what <> ''),
    about TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT ''
);

CREATE TRIGGER page_act_is_not_changed
BEFORE UPDATE ON page_act
BEGIN SELECT RAISE(ABORT, 'what somebody did is never changed'); END;

CREATE TRIGGER page_act_stays
BEFORE DELETE ON page_act
BEGIN SELECT RAISE(ABORT, 'what somebody did is never deleted'); END;

PRAGMA user_version = 1;
