"""Where one person is looked for, what keeps a run from letting go of them, and what stays out."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.answer import News, NewsKind
from pipeline.core.errors import UsageError
from pipeline.core.lifecycle import Event, State
from pipeline.core.model import Chunk, Rejection, TaskId
from pipeline.core.outcome import Outcome, Standing
from pipeline.core.screening import SuppressionReason, person_digest
from pipeline.ledger import SqliteLedger
from pipeline.ledger.account import SqliteAccountStore
from pipeline.ports import PushedReceipt, StorePlace, Suppression
from pipeline.ports.erasing import ErasedPerson, Erasing
from pipeline.reader.rows.screening import LOWEST
from pipeline.runner.commands.erase import Done, Found, erase, look, numbers_in
from pipeline.runner.forgetting.folders import everywhere
from pipeline.runner.planning.rerun import look as look_again
from pipeline.runner.planning.rerun import plan_rerun
from pipeline.runner.planning.screening import listed_since, unwanted
from pipeline.runner.session.outside import SystemClock
from pipeline.settings.account import parsed
from tests.support.fakes.clock import ManualClock
from tests.support.ledgers import (
    PLAN,
    RUN,
    accept,
    an_attempt,
    concluding,
    items,
    phone_of,
    submission_at,
)

ACCOUNT = "http://127.0.0.1:9 0123"
WHO, OTHER = phone_of(0), phone_of(1)
ASKED = Erasing(900.0, "koosend erase")
CARD = Standing(Outcome.CARD, evidence="renderings:1")


def place(folder: Path) -> StorePlace:
    return StorePlace(folder / "koosend-accounts", parsed(ACCOUNT).digest, ACCOUNT)


@contextmanager
def opened(folder: Path, name: str = "one") -> Iterator[SqliteLedger]:
    """Open a state folder with a run, whose account's store knows it."""
    with closing(SqliteLedger(folder / name)) as ledger:
        ledger.share_list(place(folder))
        if ledger.run(RUN) is None:
            ledger.plan(replace(PLAN, account=ACCOUNT), items())
        with stored(folder) as store:
            store.know_ledger(ledger.identity(), str(folder / name), 1.0)
        yield ledger


@contextmanager
def stored(folder: Path) -> Iterator[SqliteAccountStore]:
    at = place(folder)
    with closing(SqliteAccountStore(at.folder, at.digest, at.account)) as store:
        yield store


def finished(folder: Path, name: str = "one") -> None:
    with opened(folder, name) as ledger, closing(ledger.take(RUN)) as writer:
        for chunk, submission in ((0, 0), (0, 1), (1, 0), (1, 1)):
            accept(writer, chunk, submission)
        writer.settle(dict.fromkeys((0, 1, 3, 4, 6, 7, 8), CARD))
        news = ((TaskId("task-0-0"), News(WHO, NewsKind.DELIVERED, "", "t")),)
        ledger.receipts.store_receipts([PushedReceipt(5.0, "sms", WHO.encode(), news)])
        writer.finish(200.0)
    report = folder / name / "runs" / RUN / "outcomes.csv"
    report.write_text(WHO, encoding="utf-8")


def erased(folder: Path, name: str = "one") -> tuple[tuple[Found, ...], Done]:
    with everywhere(None, folder / name, SystemClock()) as found:
        return look(found, [WHO]), erase(found, [WHO], ASKED)


def trace_of(folder: Path) -> list[str]:
    forms = (WHO.encode(), int(WHO).to_bytes(6, "big"))
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [file.name for file in files if any(form in file.read_bytes() for form in forms)]


def test_every_folder_that_the_account_knows_is_looked_in(tmp_path: Path) -> None:
    finished(tmp_path)
    finished(tmp_path, "two")
    with stored(tmp_path) as store:
        store.suppressions.suppress([Suppression(WHO, SuppressionReason.OPT_OUT, 5.0, "", "T")])
    found, done = erased(tmp_path)
    assert {one.site.folder.name: (one.rows, one.files) for one in found} == {
        "one": (2, ("outcomes.csv",)),
        "two": (2, ("outcomes.csv",)),
    }
    assert (done.rows, done.files, done.left, done.compact) == (4, 2, {}, True)
    assert (done.erased.receipts, done.erased.news, done.erased.entries) == (2, 2, 1)
    assert trace_of(tmp_path) == []
    again, nothing = erased(tmp_path, "two")
    assert (again, nothing.rows, nothing.erased.entries, nothing.left) == ((), 0, 0, {})


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    finished(tmp_path)
    with stored(tmp_path) as store:
        store.know_ledger("f" * 32, str(tmp_path / "gone"), 1.0)
        store.keep_people_ledger("e" * 32, str(tmp_path / "given"), 1.0, 3)
        store.give_up_people_ledger("e" * 32, 2.0)
    with everywhere(None, tmp_path / "one", SystemClock()) as found:
        assert found.missing == (tmp_path / "gone",)
        assert found.given_up == (tmp_path / "given",)
    with pytest.raises(UsageError, match="no ledger"), everywhere(None, tmp_path, SystemClock()):
        pass


def test_a_doubt_keeps_its_number_and_nothing_is_sent_to_them_meanwhile(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger, closing(ledger.take(RUN)) as writer:
        writer.begin([an_attempt()])
        writer.conclude([concluding(Event.WAS_LOST)])
    found, done = erased(tmp_path)
    assert "in doubt: koosend reconcile" in found[0].kept
    assert (done.rows, list(done.left)) == (0, [RUN])
    with opened(tmp_path) as ledger:
        assert ledger.recipients(RUN, 0).phones[0] == WHO
        assert unwanted(None, ledger.screening)([WHO, OTHER]) == {0: Rejection.ERASED}
        with closing(ledger.take(RUN)) as writer:
            writer.conclude([concluding(Event.WAS_FOUND)])
    waits, done = erased(tmp_path)
    assert "waits for news" in waits[0].kept
    assert done.rows == 0
    with opened(tmp_path) as ledger, closing(ledger.take(RUN)) as writer:
        writer.settle({0: CARD})
    _, done = erased(tmp_path)
    assert (done.rows, done.left) == (2, {})
    assert trace_of(tmp_path) == []


def test_a_row_that_is_not_sent_is_taken_out_of_its_request(tmp_path: Path) -> None:
    with opened(tmp_path):
        pass
    _, done = erased(tmp_path)
    assert (done.rows, done.left) == (2, {})
    with opened(tmp_path) as ledger:
        (block,) = ledger.outcomes(RUN)
        standing = block.standings[0]
        assert (standing.outcome, standing.reason) == (Outcome.SUPPRESSED, "erased")
        assert submission_at(ledger).part(ledger.recipients(RUN, 0)).phones == [OTHER]
        assert submission_at(ledger).state is State.PLANNED
        assert ledger.books(RUN).balance
    assert trace_of(tmp_path) == []


def test_a_run_that_another_process_has_is_left_to_it(tmp_path: Path) -> None:
    finished(tmp_path)
    with opened(tmp_path) as ledger, closing(ledger.take(RUN)):
        _, done = erased(tmp_path)
    assert "held by process" in done.left[RUN]
    assert (done.rows, erased(tmp_path)[1].rows) == (0, 2)


def test_an_unsent_row_of_somebody_else_that_names_them_keeps_its_value(tmp_path: Path) -> None:
    with closing(SqliteLedger(tmp_path / "one")) as ledger:
        first, *others = items()
        assert isinstance(first, Chunk)
        texts = ["mine", f"ask {WHO}", "x", "y"]
        recipients = replace(first.recipients, values=(texts, texts))
        ledger.plan(
            replace(PLAN, account=ACCOUNT), [replace(first, recipients=recipients), *others]
        )
    found, done = erased(tmp_path)
    assert "somebody else that is not sent yet" in found[0].kept
    assert list(done.left) == [RUN]
    with closing(SqliteLedger(tmp_path / "one")) as ledger:
        assert ledger.recipients(RUN, 0).values[0] == texts


def test_a_request_of_a_folder_that_was_not_reached_leaves_them_out(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        judge = listed_since(ledger.screening, ledger.screening.suppressions_end())
        assert judge(ledger.recipients(RUN, 0)) == {}
        with stored(tmp_path) as store:
            key = store.people_key()
            store.erase(ErasedPerson(WHO, key, person_digest(WHO, key)), ASKED)
        assert judge(ledger.recipients(RUN, 0)) == {0: "erased"}


def test_a_rerun_leaves_them_out(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger, closing(ledger.take(RUN)) as writer:
        writer.begin([an_attempt()])
        writer.conclude([replace(concluding(Event.WAS_REFUSED), code="KM.1")])
    assert erased(tmp_path)[1].rows == 2
    with opened(tmp_path) as ledger:
        record = ledger.run(RUN)
        assert record is not None
        screened = unwanted(None, ledger.screening)
        plan = look_again(ledger, record, screened)
        assert plan.rows == 1
        assert any("erased" in why for _, why in plan.reasons)
        again = plan_rerun(ledger, record, ManualClock(1_790_000_100.0), screened)
        assert ledger.recipients(again.plan.run, 0).phones == [OTHER]


def test_a_file_of_numbers_is_read_in_any_notation_and_refused_without_quoting_one(
    tmp_path: Path,
) -> None:
    file = tmp_path / "asked.txt"
    file.write_text(f"+86 130-0000-0000\n\n{WHO}\n１３０００００００００\n{OTHER}\n", "utf-16")
    assert numbers_in(file) == (WHO, OTHER)
    file.write_text(f"{WHO}\n1300000000\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"line 2 of .* nothing was erased") as refused:
        numbers_in(file)
    assert "1300000000" not in str(refused.value)
    file.write_text("\n".join(str(LOWEST + n) for n in range(101)), encoding="utf-8")
    with pytest.raises(UsageError, match="more than 100 numbers"):
        numbers_in(file)
