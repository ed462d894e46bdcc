"""What the ledger and the account's store erase of one person, and what they keep of them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.answer import News, NewsKind
from pipeline.core.errors import KoosendError
from pipeline.core.model import CHUNK_RECIPIENTS_MAX, Recipients, Rejection, RunId, TaskId
from pipeline.core.screening import SuppressionReason, person_digest
from pipeline.ledger import SqliteLedger, account
from pipeline.ledger.account import SqliteAccountStore
from pipeline.ledger.sqlite import migrate
from pipeline.ledger.sqlite.sql import script
from pipeline.ledger.writer import SqliteRunWriter
from pipeline.ports import (
    PushedReceipt,
    Rejects,
    Reply,
    StrangerRule,
    Suppression,
    Withholding,
)
from pipeline.ports.erasing import ErasedKind, ErasedPerson, Erasing
from pipeline.reader.rows.digests import PeopleScheme
from tests.support.ledgers import (
    PLAN,
    RUN,
    a_chunk,
    a_reject,
    accept,
    an_attempt,
    phone_of,
    planned,
    submission_at,
)

KEY = "0123456789abcdef"
WHO, OTHER = phone_of(0), phone_of(1)
ASKED = Erasing(900.0, "koosend erase")
OPT_OUT, MANUAL = SuppressionReason.OPT_OUT, SuppressionReason.MANUAL
ERASED = SuppressionReason.ERASED
OURS = TaskId("task-0-0")


def person(phone: str = WHO, key: str = KEY) -> ErasedPerson:
    return ErasedPerson(phone, key, person_digest(phone, key))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    with closing(SqliteLedger(tmp_path / "state")) as one:
        yield one


@pytest.fixture
def writer(ledger: SqliteLedger) -> SqliteRunWriter:
    planned(ledger)
    return ledger.take(RUN)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteAccountStore]:
    with closing(SqliteAccountStore(tmp_path / "accounts", "digest", "an account")) as one:
        yield one


def trace_of(folder: Path, phone: str = WHO) -> list[str]:
    forms = (phone.encode(), int(phone).to_bytes(6, "big"))
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [file.name for file in files if any(form in file.read_bytes() for form in forms)]


def test_a_persons_rows_stay_without_number_and_values(
    ledger: SqliteLedger, writer: SqliteRunWriter
) -> None:
    accept(writer)
    books, before = ledger.books(RUN), ledger.recipients(RUN, 0)
    found = writer.erase(person(), ASKED)
    assert (found.own, found.rejected, found.rows) == ({0: [0]}, {5: True}, 2)
    after = ledger.recipients(RUN, 0)
    assert after.rows == before.rows
    assert after.phones == ["", *before.phones[1:]]
    assert [column[0] for column in after.values] == ["", ""]
    assert [column[1:] for column in after.values] == [column[1:] for column in before.values]
    assert ledger.books(RUN) == books
    assert ledger.erasures.rows(RUN) == dict.fromkeys((0, 5), (ErasedKind.PERSON, 900.0))
    (rejects,) = ledger.rejects(RUN)
    assert {row.row: (row.phone, row.cells) for row in rejects.rows}[5] == ("", ())
    assert writer.erase(person(), ASKED).rows == 0


def test_a_value_that_names_the_number_loses_it_in_whatever_notation(ledger: SqliteLedger) -> None:
    chunk = a_chunk(0, [0, 1, 3])
    texts = ["mine", "ask +86 130-0000-0000", "1.3000000000E+10"]
    recipients = replace(chunk.recipients, values=(texts, chunk.recipients.values[1]))
    several = replace(a_reject(2, Rejection.PHONE_SEVERAL), phone=f"{WHO}/{OTHER}")
    rejects = Rejects("", ("手机号",), (replace(several, cells=(f"{WHO}/{OTHER}",)),))
    ledger.plan(PLAN, [replace(chunk, recipients=recipients), rejects])
    with closing(ledger.take(RUN)) as writer:
        writer.erase(person(), ASKED)
    left = ledger.recipients(RUN, 0)
    assert (left.phones, left.values[0]) == (
        ["", OTHER, phone_of(3)],
        ["", "ask +****", "****E+10"],
    )
    ((kept,),) = (part.rows for part in ledger.rejects(RUN))
    assert (kept.phone, kept.cells) == (f"****/{OTHER}", (f"****/{OTHER}",))
    kinds = {row: kind for row, (kind, _) in ledger.erasures.rows(RUN).items()}
    assert kinds == dict.fromkeys((1, 2, 3), ErasedKind.VALUE) | {0: ErasedKind.PERSON}


def test_news_goes_on_as_evidence_without_a_number_and_that_of_others_stays(
    ledger: SqliteLedger, writer: SqliteRunWriter
) -> None:
    accept(writer)
    news = tuple((OURS, News(phone, NewsKind.DELIVERED, "", "t")) for phone in (WHO, OTHER))
    replies = tuple(
        Reply(who, text, "", "", opts_out=False) for who, text in ((WHO, "T"), (OTHER, f"{WHO}?"))
    )
    body = f"{WHO} {OTHER}".encode()
    ledger.receipts.store_receipts([PushedReceipt(5.0, "sms", body, news, replies)])
    ledger.routes.remember_capabilities("t", 5.0, {WHO: NewsKind.UNSUPPORTED})
    before = ledger.facts(RUN, submission_at(ledger))
    writer.erase(person(), ASKED)
    told = ledger.erasures.erase_pushed(person())
    assert (told.receipts, told.news, told.replies, told.handsets) == (1, 1, 2, 1)
    after = ledger.facts(RUN, submission_at(ledger))
    assert [(f.kind, f.at) for f in after[0]] == [(f.kind, f.at) for f in before[0]]
    assert after[0][0].evidence.startswith("erased:")
    assert after[1] == before[1]
    assert ledger.erasures.erase_pushed(person()).news == 0


def test_no_request_takes_a_row_that_was_erased_unless_it_was_withheld(
    ledger: SqliteLedger, writer: SqliteRunWriter
) -> None:
    writer.erase(person(), ASKED)
    with pytest.raises(KoosendError, match="nothing is sent to a person who was erased"):
        writer.begin([an_attempt()])
    writer.withhold(Withholding(0, 0, 901.0, {0: str(Rejection.ERASED)}))
    writer.begin([an_attempt()])
    assert submission_at(ledger).carried == 1


def test_no_byte_of_the_number_is_left_in_any_file(
    ledger: SqliteLedger, writer: SqliteRunWriter, store: SqliteAccountStore, tmp_path: Path
) -> None:
    notes = [Suppression(WHO, OPT_OUT, 5.0, "receipt:1", "T"), Suppression(OTHER, MANUAL, 6.0)]
    notes[1] = replace(notes[1], note=f"spoke with {WHO}")
    store.suppressions.suppress(notes)
    ledger.own_list.suppress(notes)
    assert trace_of(tmp_path)
    writer.erase(person(), ASKED)
    ledger.erasures.erase_pushed(person())
    ledger.erasures.erase_entries(person(), ASKED, adds=False)
    store.erase(person(key=store.people_key()), ASKED)
    assert ledger.retention.compact()
    assert store.compact()
    assert trace_of(tmp_path) == []
    assert trace_of(tmp_path, OTHER)


def test_an_entry_of_the_list_goes_on_as_a_digest_with_its_history(
    store: SqliteAccountStore,
) -> None:
    listed = store.suppressions
    listed.suppress([Suppression(WHO, MANUAL, 4.0)])
    listed.unsuppress([WHO], 5.0, "came back")
    listed.suppress(
        [Suppression(WHO, OPT_OUT, 6.0, "receipt:1", "T"), Suppression(OTHER, MANUAL, 7.0)]
    )
    end = listed.suppressions_end()
    assert store.erase(person(key=store.people_key()), ASKED).entries == 2
    assert listed.suppressions_end() > end
    assert [str(number) for number in listed.suppressed()[MANUAL]] == [OTHER]
    assert listed.erased().reason(WHO) is OPT_OUT
    assert listed.erased(end).reason(WHO) is ERASED
    assert listed.erased().reason(OTHER) is None
    told = [
        (one.suppression.reason, one.removed_at) for one in listed.suppressions([WHO], history=True)
    ]
    assert told == [(MANUAL, 5.0), (OPT_OUT, None), (ERASED, None)]
    assert store.erase(person(key=store.people_key()), ASKED).entries == 0
    assert len(store.erasures()) == 1
    # Nobody brings the number back by hand or by a reply; whoever signs up again is taken off.
    assert listed.suppress([Suppression(WHO, OPT_OUT, 8.0)]) == 0
    assert listed.unsuppress([WHO], 9.0, "signed up again") == 1
    assert listed.erased().reason(WHO) is None
    assert listed.suppress([Suppression(WHO, MANUAL, 10.0)]) == 1


def test_a_folders_own_list_is_joined_without_the_numbers_that_were_erased(
    ledger: SqliteLedger, store: SqliteAccountStore
) -> None:
    own, joined = ledger.own_list, store.suppressions
    own.suppress([Suppression(WHO, MANUAL, 4.0), Suppression(OTHER, MANUAL, 4.0)])
    ledger.erasures.erase_entries(person(key=ledger.erasures.key()), ASKED, adds=True)
    assert joined.join(own, "own") == 3
    assert joined.join(own, "own") == 0
    assert joined.erased().reason(WHO) is MANUAL
    assert [str(number) for number in joined.suppressed()[MANUAL]] == [OTHER]


def test_what_waits_for_a_decision_loses_the_number_too(
    tmp_path: Path, store: SqliteAccountStore
) -> None:
    rule = StrangerRule(frozenset(), 0)
    quoted = Suppression(OTHER, OPT_OUT, 2.0, note=f"not {WHO}")
    store.suppressions.listen([Suppression(WHO, OPT_OUT, 1.0), quoted], rule)
    erased = store.erase(person(key=store.people_key()), ASKED)
    assert erased.entries == 2
    assert store.suppressions.waiting(9) == (replace(quoted, note=""),)
    store.compact()
    assert trace_of(tmp_path / "accounts") == []
    assert store.suppressions.decide_waiting(3.0, "all", honour=False) == 1
    assert store.suppressions.erased().reason(WHO) is ERASED


def test_a_late_reply_of_a_stranger_who_was_erased_brings_no_number_back(
    tmp_path: Path, store: SqliteAccountStore
) -> None:
    store.erase(person(key=store.people_key()), ASKED)
    for per_day in (0, 9):
        rule = StrangerRule(frozenset(), per_day)
        store.suppressions.listen([Suppression(WHO, OPT_OUT, 1.0)], rule)
    assert store.suppressions.waiting(9) == ()
    assert trace_of(tmp_path / "accounts") == []


def test_a_list_that_was_left_behind_does_not_bring_a_number_back(
    ledger: SqliteLedger, store: SqliteAccountStore
) -> None:
    ledger.own_list.suppress([Suppression(WHO, MANUAL, 4.0), Suppression(OTHER, MANUAL, 4.0)])
    store.erase(person(key=store.people_key()), ASKED)
    assert store.suppressions.join(ledger.own_list, "own") == 1
    assert [str(number) for number in store.suppressions.suppressed()[MANUAL]] == [OTHER]


def test_later_lists_are_still_held_against_whoever_was_erased(
    ledger: SqliteLedger, store: SqliteAccountStore
) -> None:
    scheme = PeopleScheme(store.people_key(), "message")
    chunk = a_chunk(0, [0, 1])
    people = scheme.recorded(scheme.both(chunk.recipients.phones, chunk.recipients.values))
    ledger.plan(PLAN, [replace(chunk, people=people)])
    with closing(ledger.take(RUN)) as writer:
        accept(writer)
        writer.erase(person(), ASKED)
    (reached,) = ledger.people.reached(RUN)
    assert reached.people == people
    assert list(reached.positions) == [0, 1]
    ((part,),) = ([one.recipients.phones] for one in ledger.screening.reached([PLAN.account], 0.0))
    assert part == [OTHER]


def test_the_schema_lets_nothing_of_it_be_undone(
    ledger: SqliteLedger, writer: SqliteRunWriter, tmp_path: Path
) -> None:
    ledger.own_list.suppress([Suppression(OTHER, MANUAL, 4.0, note="n")])
    writer.erase(person(), ASKED)
    ledger.erasures.erase_entries(person(), ASKED, adds=True)
    refused = (
        "UPDATE erasure SET at = 1",
        "DELETE FROM erasure",
        "UPDATE erased_row SET row = 7",
        "DELETE FROM erased_row",
        "DELETE FROM erased_entry",
        "UPDATE erased_entry SET digest = zeroblob(16)",
        "DELETE FROM suppression",
        "UPDATE suppression SET note = 'other'",
        "UPDATE suppression SET phone = 13900000000",
        "INSERT INTO attempt VALUES ('x', 1, 0, 0, 0, 1.0)",
    )
    with closing(sqlite3.connect(tmp_path / "state" / "ledger.sqlite3")) as raw:
        for statement in refused:
            with pytest.raises(sqlite3.IntegrityError):
                raw.execute(statement)
        raw.execute("UPDATE suppression SET note = ''")


def test_files_of_the_version_before_are_taken_over(tmp_path: Path) -> None:
    entry = (
        "INSERT INTO suppression (id, phone, reason, at, note) VALUES (7, ?, 'opt_out', 5.0, 'T')"
    )
    for name, scripts in (("ledger", migrate.SCRIPTS[:5]), ("digest", account.SCRIPTS[:4])):
        file = tmp_path / f"{name}.sqlite3"
        with closing(sqlite3.connect(file, isolation_level=None)) as raw:
            migrate.migrate(raw, file, [script(one) for one in scripts])
            raw.execute(entry, (WHO,))
    with closing(SqliteLedger(tmp_path)) as ledger:
        assert ledger.erasures.erase_entries(person(), ASKED, adds=False) == 1
        assert ledger.own_list.suppressions_end() == 7
        assert ledger.own_list.suppress([Suppression(OTHER, MANUAL, 9.0)]) == 1
        assert ledger.own_list.suppressions_end() == 8
    with closing(SqliteAccountStore(tmp_path, "digest", "an account")) as store:
        assert store.erase(person(), ASKED).entries == 1
        assert store.suppressions.erased().reason(WHO) is OPT_OUT


def test_numbers_are_found_in_a_whole_chunk_at_once(ledger: SqliteLedger) -> None:
    rows = list(range(CHUNK_RECIPIENTS_MAX))
    ledger.plan(PLAN, [a_chunk(0, rows, per_submission=500)])
    found = ledger.erasures.find(RUN, [WHO, OTHER, "13999999999"])
    assert {phone: traces.own for phone, traces in found.items()} == {
        WHO: {0: [0]},
        OTHER: {0: [1]},
    }
    assert ledger.erasures.runs_of(WHO) == frozenset()
    with closing(ledger.take(RUN)) as writer:
        writer.erase(person(), ASKED)
    assert ledger.erasures.runs_of(WHO) == {RunId(RUN)}
    (told,) = ledger.erasures.records()
    assert (told.at, told.command, dict(told.rows)) == (900.0, "koosend erase", {RUN: 1})


def test_recipients_keep_their_places(ledger: SqliteLedger, writer: SqliteRunWriter) -> None:
    writer.erase(person(), ASKED)
    chunk: Recipients = ledger.recipients(RUN, 0)
    assert submission_at(ledger, 0, 1).part(chunk).phones == [phone_of(3), phone_of(4)]
