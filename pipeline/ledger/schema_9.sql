-- Version 9: which nights ran, and what people were told. A notice is on disk before it leaves, and each
-- try of it, for each address, is an intent first: what may have left is never tried again.
CREATE TABLE night (
    id INTEGER PRIMARY KEY,
    campaign TEXT NOT NULL CHECK (campaign <> ''),
    day TEXT NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    at_s INTEGER NOT NULL CHECK (at_s BETWEEN 0 AND 86399),
    began_at REAL NOT NULL CHECK (began_at >= 0),
    ended_at REAL,
    exit_code INTEGER,
    run TEXT NOT NULL DEFAULT '',
    CHECK ((ended_at IS NULL) = (exit_code IS NULL))
);

CREATE INDEX night_by_campaign ON night (campaign, day);

CREATE TRIGGER night_ends_once
BEFORE UPDATE ON night
WHEN OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR NEW.id IS NOT OLD.id
    OR NEW.campaign IS NOT OLD.campaign OR NEW.day IS NOT OLD.day OR NEW.at_s IS NOT OLD.at_s
    OR NEW.began_at IS NOT OLD.began_at
BEGIN SELECT RAISE(ABORT, 'a night that was is never changed'); END;

CREATE TRIGGER night_stays
BEFORE DELETE ON night
BEGIN SELECT RAISE(ABORT, 'a night that was is never forgotten'); END;

-- key tells two notices of one kind apart; addresses are digests, since an address holds a secret.
CREATE TABLE notice (
    id INTEGER PRIMARY KEY,
    campaign TEXT NOT NULL CHECK (campaign <> ''),
    kind TEXT NOT NULL CHECK (kind <> ''),
    key TEXT NOT NULL,
    run TEXT NOT NULL DEFAULT '',
    at REAL NOT NULL CHECK (at >= 0),
    subject TEXT NOT NULL CHECK (subject <> ''),
    text TEXT NOT NULL CHECK (text <> ''),
    UNIQUE (campaign, kind, key)
);

CREATE TRIGGER notice_is_not_changed
BEFORE UPDATE ON notice
BEGIN SELECT RAISE(ABORT, 'what was told is never changed'); END;

CREATE TRIGGER notice_stays
BEFORE DELETE ON notice
BEGIN SELECT RAISE(ABORT, 'what was told is never forgotten'); END;

CREATE TABLE notice_address (
    notice INTEGER NOT NULL REFERENCES notice (id),
    address TEXT NOT NULL CHECK (address <> ''),
    PRIMARY KEY (notice, address)
) WITHOUT ROWID;

CREATE TABLE notice_step (
    id INTEGER PRIMARY KEY,
    notice INTEGER NOT NULL,
    address TEXT NOT NULL,
    at REAL NOT NULL CHECK (at >= 0),
    step TEXT NOT NULL CHECK (step IN ('intended', 'left', 'not_left', 'may_have_left')),
    why TEXT NOT NULL DEFAULT '',
    FOREIGN KEY (notice, address) REFERENCES notice_address (notice, address)
);

CREATE INDEX notice_step_by_notice ON notice_step (notice, address);

CREATE TRIGGER notice_leaves_once
BEFORE INSERT ON notice_step
WHEN NEW.step IS NOT CASE (
    SELECT step FROM notice_step WHERE notice = NEW.notice AND address = NEW.address
    ORDER BY id DESC LIMIT 1
) WHEN 'intended' THEN CASE NEW.step WHEN 'intended' THEN '' ELSE NEW.step END
  WHEN 'left' THEN '' WHEN 'may_have_left' THEN '' ELSE 'intended' END
BEGIN SELECT RAISE(ABORT, 'what left, or may have left, is never tried again'); END;

CREATE TRIGGER notice_step_is_new
BEFORE INSERT ON notice_step WHEN EXISTS (SELECT 1 FROM notice_step WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a step of a notice is never replaced'); END;

CREATE TRIGGER notice_step_is_not_changed
BEFORE UPDATE ON notice_step
BEGIN SELECT RAISE(ABORT, 'a step of a notice is never changed'); END;

CREATE TRIGGER notice_step_stays
BEFORE DELETE ON notice_step
BEGIN SELECT RAISE(ABORT, 'a step of a notice is never deleted'); END;

PRAGMA user_version = 9;
