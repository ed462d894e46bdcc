"""Which runs a purge takes, which it leaves alone and why, and what it leaves in the files."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.answer import News, NewsKind
from pipeline.core.errors import UsageError
from pipeline.core.lifecycle import Event
from pipeline.core.model import RunId, TaskId
from pipeline.core.outcome import Outcome, Standing
from pipeline.core.times import DAY_S
from pipeline.ledger import SqliteLedger
from pipeline.ports import PushedReceipt, Reply, RunWriter, Withholding
from pipeline.runner.commands.purge import PurgeWish, candidates, purge
from pipeline.runner.commands.verify import verify_run
from pipeline.runner.session.place import Place, run_folder
from tests.support.fakes import ManualClock
from tests.support.ledgers import PLAN, RUN, an_attempt, concluding, items, phone_of

OLD = PurgeWish(older_than_days=30)
LATER = RunId("later001")
EVERYBODY = {0: [0, 1], 1: [3, 4], 10: [6, 7], 11: [8]}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def place(tmp_path: Path, clock: ManualClock) -> Iterator[Place]:
    ledger = SqliteLedger(tmp_path)
    ledger.plan(replace(PLAN, planned_at=clock.now()), items())
    yield Place(tmp_path, ledger, None, ledger.run(RUN))
    ledger.close()


def delivered(place: Place, clock: ManualClock, run: RunId = RUN) -> None:
    """Send all of a run, but for row 8, and let receipts tell that everybody was reached."""
    writer = place.ledger.take(run)
    writer.withhold(Withholding(1, 1, clock.now(), {8: "opted_out"}))
    for key, rows in EVERYBODY.items():
        if rows != [8]:
            _deliver(place, writer, divmod(key, 10), rows)
    writer.finish(clock.now())
    writer.close()


def _deliver(place: Place, writer: RunWriter, key: tuple[int, int], rows: list[int]) -> None:
    task = TaskId(f"task-{key[0]}-{key[1]}")
    writer.begin([an_attempt(*key)])
    writer.conclude([concluding(Event.WAS_ACCEPTED, *key, task_id=task)])
    news = tuple(
        (task, News(phone_of(row), kind, "", "10:00"))
        for row in rows
        for kind in (NewsKind.DELIVERED, NewsKind.RENDERED)
    )
    reply = Reply(phone_of(rows[0]), "好", "10:01", task, opts_out=False)
    body = phone_of(rows[0]).encode()
    place.ledger.receipts.store_receipts([PushedReceipt(1.0, "card", body, news, (reply,))])
    card = Standing(Outcome.CARD, "", "", "10:00", "10:00", "receipt:1")
    writer.settle(dict.fromkeys(rows, card))


def whole_numbers(folder: Path) -> list[str]:
    """Return the ledger's files in which a recipient's number stands."""
    return [
        file.name
        for file in folder.glob("ledger.sqlite3*")
        if any(phone_of(row).encode() in file.read_bytes() for row in range(9))
    ]


def why_not(place: Place, wish: PurgeWish, now: float) -> list[str]:
    return [one.why_not for one in candidates(place, wish, now)]


def test_a_run_is_due_once_it_ended_so_many_days_ago(place: Place, clock: ManualClock) -> None:
    delivered(place, clock)
    assert candidates(place, OLD, clock.now() + 30 * DAY_S) == ()
    assert why_not(place, OLD, clock.now() + 30 * DAY_S + 1) == [""]
    assert why_not(place, PurgeWish((RUN,)), clock.now()) == [""]


def test_a_run_that_has_work_left_or_waits_for_news_is_left_alone(
    place: Place, clock: ManualClock
) -> None:
    (told,) = why_not(place, PurgeWish((RUN,)), clock.now())
    assert told.startswith("7 rows are not sent yet")
    writer = place.ledger.take(RUN)
    for key in ((0, 0), (0, 1), (1, 0), (1, 1)):
        writer.begin([an_attempt(*key)])
        writer.conclude([concluding(Event.WAS_ACCEPTED, *key)])
    writer.close()
    (told,) = why_not(place, PurgeWish((RUN,)), clock.now())
    assert told.startswith("7 rows wait for news")
    done = purge(place, PurgeWish((RUN,)), clock)
    assert (done.runs, list(done.left_alone)) == ([], [RUN])
    assert len(place.ledger.recipients(RUN, 0)) == 4
    assert purge(place, PurgeWish((RUN,), unfinished=True), clock).runs == [RUN]


def test_a_run_that_another_process_works_on_is_left_alone(
    place: Place, clock: ManualClock
) -> None:
    delivered(place, clock)
    holder = SqliteLedger(place.state)
    writer = holder.take(RUN)
    try:
        done = purge(place, PurgeWish((RUN,)), clock)
    finally:
        writer.close()
        holder.close()
    assert list(done.left_alone) == [RUN]
    assert len(place.ledger.recipients(RUN, 0)) == 4


def test_no_number_is_left_in_the_ledgers_files_and_the_books_are_as_before(
    place: Place, clock: ManualClock
) -> None:
    delivered(place, clock)
    before, tally = place.ledger.books(RUN), place.ledger.reporting.tally(RUN)
    assert verify_run(place).proved
    assert whole_numbers(place.state)
    clock.advance(31 * DAY_S)
    done = purge(place, OLD, clock)
    assert (done.forgotten.recipients, done.forgotten.receipts, done.forgotten.replies) == (7, 3, 3)
    assert done.compact
    assert whole_numbers(place.state) == []
    assert place.ledger.books(RUN) == before
    assert place.ledger.reporting.tally(RUN) == tally


def test_verify_says_what_it_can_no_longer_prove(place: Place, clock: ManualClock) -> None:
    delivered(place, clock)
    purge(place, PurgeWish((RUN,)), clock)
    proof = verify_run(replace(place, record=place.ledger.run(RUN)))
    assert proof.proved
    assert (proof.forgotten, proof.as_json()["purged"]) == (6, True)


def test_verify_still_finds_what_no_purge_explains(place: Place, clock: ManualClock) -> None:
    delivered(place, clock)
    writer = place.ledger.take(RUN)
    writer.settle({8: Standing(Outcome.CARD, evidence="receipt:1")})
    writer.close()
    purge(place, PurgeWish((RUN,)), clock)
    proof = verify_run(replace(place, record=place.ledger.run(RUN)))
    assert [str(found.code) for found in proof.findings] == ["outcome_unproved"]


def test_the_files_of_a_run_are_told_and_deleted_only_when_asked(
    place: Place, clock: ManualClock
) -> None:
    delivered(place, clock)
    folder = run_folder(place.state, RUN)
    for name in ("outcomes.csv", "events.jsonl"):
        (folder / name).write_text(phone_of(0), encoding="utf-8")
    (found,) = candidates(place, PurgeWish((RUN,)), clock.now())
    assert list(found.files) == ["events.jsonl", "outcomes.csv"]
    assert purge(place, PurgeWish((RUN,)), clock).files == 0
    assert (folder / "outcomes.csv").exists()
    assert purge(place, PurgeWish((RUN,), files=True), clock).files == 2
    assert {file.name for file in folder.iterdir()} == {"lock", "intents"}


OURS = (
    "outcomes.csv",
    "rejected.csv",
    "links.csv",
    "outcomes_all.csv",
    "report.xlsx",
    "rehearsal-test-send-report.html",
    "REHEARSAL-nobody-was-sent-anything.txt",
    "members-outcomes.xlsx",
    ".outcomes.csv.a1b2c3d_.part",
    "events.jsonl",
    "online.json",
)
THEIRS = ("members.csv", "notes.txt", "report.docx", "outcomes.csv.bak")


def test_only_what_commands_leave_is_deleted_and_nothing_of_anybody_else(
    place: Place, clock: ManualClock, tmp_path: Path
) -> None:
    delivered(place, clock)
    folder = run_folder(place.state, RUN)
    for name in (*OURS, *THEIRS):
        (folder / name).write_text("whatever it holds", encoding="utf-8")
    stranger = tmp_path / "stranger.csv"
    stranger.write_text("keep me", encoding="utf-8")
    (folder / "outcomes.csv").unlink()
    (folder / "outcomes.csv").symlink_to(stranger)
    assert purge(place, PurgeWish((RUN,), files=True), clock).files == len(OURS) - 1
    left = {file.name for file in folder.iterdir()}
    assert left == {"lock", "intents", "outcomes.csv", *THEIRS}
    assert stranger.read_text(encoding="utf-8") == "keep me"


@pytest.mark.parametrize("link", ["run", "runs"])
def test_no_file_behind_a_linked_folder_is_deleted(
    place: Place, clock: ManualClock, tmp_path: Path, link: str
) -> None:
    delivered(place, clock)
    folder = run_folder(place.state, RUN)
    moved = folder if link == "run" else folder.parent
    elsewhere = tmp_path / "elsewhere"
    moved.rename(elsewhere)
    moved.symlink_to(elsewhere)
    file = folder / "outcomes.csv"
    file.write_text("a stranger's", encoding="utf-8")
    done = purge(place, PurgeWish((RUN,), files=True), clock)
    assert (done.runs, done.files) == ([], 0)
    assert f"{moved} is a symbolic link" in done.left_alone[RUN]
    assert file.read_text(encoding="utf-8") == "a stranger's"
    # Without the files its people are forgotten all the same.
    assert purge(place, PurgeWish((RUN,)), clock).runs == [RUN]
    assert file.exists()


def test_a_younger_run_keeps_its_evidence(place: Place, clock: ManualClock) -> None:
    delivered(place, clock)
    clock.advance(31 * DAY_S)
    place.ledger.plan(replace(PLAN, run=LATER, planned_at=clock.now()), items())
    done = purge(place, OLD, clock)
    assert done.runs == [RUN]
    assert len(place.ledger.recipients(LATER, 0)) == 4


def test_a_purge_must_be_told_of_what(place: Place, clock: ManualClock) -> None:
    with pytest.raises(UsageError, match="--older-than"):
        candidates(place, PurgeWish(), clock.now())
    with pytest.raises(UsageError, match="no run"):
        candidates(place, PurgeWish(("nonesuch",)), clock.now())
