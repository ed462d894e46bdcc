"""What an operator does on the page, over real HTTP on a real ledger, and who is told of it."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from html import escape
from pathlib import Path

import pytest

from pipeline.core.lifecycle import Event, State
from pipeline.ledger import SqliteLedger
from pipeline.ports import ControlKind, PushedReceipt, Reply
from pipeline.runner.page.state_folders import Folder
from pipeline.runner.session.place import run_folder
from pipeline.runner.session.shared_lists import share_lists
from tests.support.ledgers import RUN, an_attempt, concluding, name_of, phone_of, planned
from tests.support.page import OPERATOR, VIEWER, PageTest, World, with_page

PHONE = phone_of(0)
MASKED = "130****0000"
EVIL = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep accounts' stores in a home of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    """Plan nine rows, one request of which is in doubt."""
    with closing(SqliteLedger(tmp_path)) as made:
        planned(made)
        writer = made.take(RUN)
        writer.begin([an_attempt()])
        writer.conclude([concluding(Event.WAS_LOST)])
        writer.close()
        reply = Reply(PHONE, f"call {PHONE} {EVIL}", "", "", opts_out=True)
        made.receipts.store_receipts([PushedReceipt(1.0, "reply", b"x", replies=[reply])])
        yield made


@pytest.fixture
def world(tmp_path: Path, ledger: SqliteLedger) -> World:
    del ledger
    return World([Folder(tmp_path)])


def base_of(world: World) -> str:
    return f"/f/{world.folders[0].key}"


def run_of(world: World) -> str:
    return f"{base_of(world)}/runs/{RUN}"


def test_a_run_is_paused_limited_and_resumed_by_who_is_signed_in(
    world: World, ledger: SqliteLedger
) -> None:
    async def script(page: PageTest) -> None:
        async with page.reader(OPERATOR) as reader:
            way = f"{run_of(world)}/order"
            for given in (
                {"kind": "pause", "reason": f"ask 13000000001 {EVIL}"},
                {"kind": "limit", "messages_per_s": "2.5"},
                {"kind": "resume"},
            ):
                assert await reader.post(way, given) == (303, run_of(world))
            _, text = await reader.get(run_of(world))
            assert "holds for the next start" in text
            assert "Limited to 2.5 messages a second by li" in text
            for wrong in (
                {"kind": "stop"},
                {"kind": "limit", "messages_per_s": "many"},
                {"kind": "limit", "messages_per_s": "-1"},
                {"kind": "limit", "messages_per_s": "nan"},
            ):
                assert (await reader.post(way, wrong))[0] == 303
                assert 'class="news bad"' in (await reader.get(run_of(world)))[1]
            assert (await reader.post(way, {"kind": "erase"}))[0] == 400

    with_page(script, world)
    said = ledger.controls(RUN)
    assert [word.kind for word in said] == [
        ControlKind.PAUSE,
        ControlKind.LIMIT,
        ControlKind.RESUME,
    ]
    assert {word.who for word in said} == {OPERATOR}
    assert said[0].why == f"ask 130****0001 {EVIL}"


def test_numbers_are_masked_until_an_operator_asks_and_that_is_recorded(world: World) -> None:
    async def script(page: PageTest) -> None:
        run, folder = run_of(world), base_of(world)
        ways = (
            (f"{run}/life", {"what": PHONE}),
            (f"{run}/life", {"what": "2"}),
            (f"{folder}/list", {"number": PHONE}),
        )
        async with page.reader(VIEWER) as viewer:
            for way, given in ways:
                status, text = await viewer.post(way, given)
                assert (status, MASKED in text, PHONE in text) == (200, True, False)
                switch = re.search(r'href="(/[^"]*)[?]lang=zh"', text)
                assert switch is not None
                assert (await viewer.get(switch[1]))[0] == 200
                assert (await viewer.post(f"{way}/whole", given))[0] == 403
            _, text = await viewer.get(f"{folder}/receipts")
            assert (MASKED in text, PHONE in text, "<script>alert" in text) == (True, False, False)
        before = len(page.store.acts(99))
        async with page.reader(OPERATOR) as operator:
            for way, given in ways:
                status, text = await operator.post(f"{way}/whole", given)
                assert (status, PHONE in text) == (200, True)
            _, text = await operator.post(f"{folder}/receipts/whole")
            assert PHONE in text
            _, text = await operator.get("/acts")
            assert (text.count("saw whole numbers"), PHONE in text) == (4, False)
        whole = [act for act in page.store.acts(99) if act.what == "shown_whole"]
        assert len(whole) == 4
        assert before == 1 + 3
        assert PHONE not in repr(page.told)

    with_page(script, world)


def test_a_doubt_is_released_after_one_more_question(
    world: World, ledger: SqliteLedger, tmp_path: Path
) -> None:
    given = {"name": name_of(), "decision": "release", "reason": "not in the console"}

    async def script(page: PageTest) -> None:
        way = f"{run_of(world)}/doubts"
        async with page.reader(VIEWER) as viewer:
            _, text = await viewer.get(way)
            assert name_of() in text
            assert "checkbox" not in text
        async with page.reader(OPERATOR) as reader:
            for lacking in ("name", "reason"):
                some = {key: value for key, value in given.items() if key != lacking}
                assert await reader.post(way, some) == (303, way)
                assert "news bad" in (await reader.get(way))[1]
            status, text = await reader.post(way, given)
            assert status == 200
            assert "1 request with 2 people:" in text
            assert ledger.submissions(RUN, frozenset({State.IN_DOUBT}))
            assert await reader.post(f"{way}/decide", given) == (303, way)
            assert "1 request released" in (await reader.get(way))[1]
            assert await reader.post(f"{way}/decide", given) == (303, way)
            assert "no such doubt" in (await reader.get(way))[1]

    with_page(script, world)
    assert not ledger.submissions(RUN, frozenset({State.IN_DOUBT}))
    (attempt,) = ledger.attempts(RUN)
    assert OPERATOR in attempt.note
    assert "not in the console" in attempt.note
    events = (run_folder(tmp_path, RUN) / "events.jsonl").read_text(encoding="utf-8")
    assert '"event":"doubt.released"' in events
    assert f'"who":"{OPERATOR}"' in events


def test_a_doubt_of_a_run_that_is_at_work_is_left_to_it(world: World, ledger: SqliteLedger) -> None:
    given = {"name": name_of(), "decision": "assume_sent", "reason": "in the console"}

    async def script(page: PageTest) -> None:
        async with page.reader(OPERATOR) as reader:
            with closing(ledger.take(RUN)):
                assert (await reader.post(f"{run_of(world)}/doubts/decide", given))[0] == 303
            assert "held by process" in (await reader.get(run_of(world)))[1]
        assert [act.what for act in page.store.acts(2)] == ["refused", "assume_sent"]

    with_page(script, world)
    assert ledger.submissions(RUN, frozenset({State.IN_DOUBT}))


def test_a_number_is_put_on_the_list_with_the_reason_and_by_whom(
    world: World, ledger: SqliteLedger
) -> None:
    number = phone_of(7)

    async def script(page: PageTest) -> None:
        way = f"{base_of(world)}/list"
        async with page.reader(OPERATOR) as reader:
            for wrong in ({"number": number}, {"reason": "x"}, {"number": "12", "reason": "x"}):
                assert await reader.post(f"{way}/add", wrong) == (303, way)
                assert "news bad" in (await reader.get(way))[1]
            given = {"number": number, "reason": "asked by phone"}
            assert await reader.post(f"{way}/add", given) == (303, way)
            assert "130****0007 is on the list now" in (await reader.get(way))[1]
            _, text = await reader.post(way, {"number": number})
            assert "page (li), asked by phone" in text
            assert (await reader.post(way, {"number": "12"}))[0] == 303

    with_page(script, world)
    share_lists(ledger, world.folders[0].state)
    (record,) = ledger.screening.suppressions([number])
    assert (record.suppression.source, record.suppression.note) == ("page (li)", "asked by phone")


def test_a_rerun_is_planned_in_words_and_refused_where_nothing_is_to_be_sent(world: World) -> None:
    async def script(page: PageTest) -> None:
        async with page.reader(VIEWER) as viewer:
            status, text = await viewer.get(f"{run_of(world)}/rerun")
            assert status == 200
            assert "0 rows would be sent again" in text
            assert "may have been sent: settle the doubt first" in text
            assert (await viewer.post(f"{run_of(world)}/rerun"))[0] == 403

    with_page(script, world)


def test_what_was_done_is_never_changed_or_deleted(tmp_path: Path) -> None:
    async def script(page: PageTest) -> None:
        async with page.reader(OPERATOR):
            pass

    with_page(script, state=tmp_path)
    connection = sqlite3.connect(tmp_path / "page.sqlite3")
    for statement in ("UPDATE page_act SET who = 'x'", "DELETE FROM page_act"):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            connection.execute(statement)
    connection.close()


def test_a_report_is_shown_in_a_box_by_its_own_policy(world: World, tmp_path: Path) -> None:
    folder = run_folder(tmp_path, RUN)
    digest = "sha256-" + "A" * 43 + "="
    policy = f"default-src 'none'; style-src '{digest}'; base-uri 'none'; form-action 'none'"
    # As the report's template writes it.
    head = f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'

    async def script(page: PageTest) -> None:
        async with page.reader(VIEWER) as viewer:
            way = f"{run_of(world)}/report.html"
            assert (await viewer.get(way))[0] == 404
            assert "No report is written yet" in (await viewer.get(way[:-5]))[1]
            for text, style in ((head, digest), (EVIL, "")):
                (folder / "report.html").write_text(text, encoding="utf-8")
                page.desk.forget(world.folders[0].key, RUN)  # type: ignore[attr-defined]  # the real one
                async with viewer.session.get(viewer.base + way) as answer:
                    assert answer.status == 200
                    said = answer.headers["Content-Security-Policy"]
                    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
                assert said.endswith("frame-ancestors 'self'; sandbox")
                assert (style in said, "style-src" in said) == (True, bool(style))
            assert "<iframe" in (await viewer.get(way[:-5]))[1]

    with_page(script, world)


def test_an_open_page_is_told_when_something_has_changed(
    world: World, ledger: SqliteLedger
) -> None:
    async def script(page: PageTest) -> None:
        async with (
            page.reader(VIEWER) as viewer,
            viewer.session.get(f"{viewer.base}{run_of(world)}/live") as stream,
        ):
            assert stream.content_type == "text/event-stream"
            first = (await stream.content.readuntil(b"\n\n")).decode()
            assert first.startswith("data: ")
            assert "Not all sent" in first
            async with page.reader(OPERATOR) as operator:
                given = {"kind": "pause", "reason": "why"}
                await operator.post(f"{run_of(world)}/order", given)
            assert "Paused by li" in (await stream.content.readuntil(b"\n\n")).decode()
            await viewer.post("/sign-out")
            rest = await stream.content.read()
            assert b"data:" not in rest, "it ends with the session"

    with_page(script, world)
    assert ledger.controls(RUN)
