"""Whose a receipt is, and whom the account was ever to send to, in whatever folder."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pipeline.core.model import RunId
from pipeline.ledger import SqliteLedger
from pipeline.ledger.account import SqliteAccountStore
from pipeline.reader.rows.digests import PeopleScheme
from pipeline.runner.door.judge import Judge
from pipeline.runner.earlier.repeats import with_people
from pipeline.runner.session.account import open_store, store_place
from pipeline.settings import Campaign, Receipts, load_campaign
from pipeline.settings.account import parsed
from tests.support.command import Desk
from tests.support.ledgers import PLAN, a_chunk, phone_of

REAL = "https://koomessage.myhuaweicloud.cn"
OWN, OTHER = "0e" * 16, "f" * 32
DASHED = "0e0e0e0e-0e0e-0e0e-0e0e-0e0e0e0e0e0e"


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HUAWEICLOUD_SDK_AK", "key-1")
    monkeypatch.setenv("HUAWEICLOUD_SDK_SK", "secret")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))


@dataclass(frozen=True, slots=True)
class World:
    """An account with folders of its own, and who judges for one of them."""

    folder: Path
    campaign: Campaign
    stack: ExitStack

    def store(self) -> SqliteAccountStore:
        found = open_store(self.campaign, self.campaign.state)
        self.stack.callback(found.close)
        return found

    def ledger(self, name: str) -> SqliteLedger:
        found = SqliteLedger(self.folder / name)
        self.stack.callback(found.close)
        return found

    def judge(
        self,
        receipts: Receipts = Receipts("127.0.0.1:0"),  # noqa: B008 -- it is frozen
        now: Callable[[], float] = lambda: 0.0,
        *,
        campaign: bool = True,
    ) -> Judge:
        named = self.campaign if campaign else None
        return Judge(self.ledger("state"), self.folder / "state", named, receipts, now)

    def planned(
        self, name: str, rows: Iterable[int], *, account: str = "", digests: bool = True
    ) -> SqliteLedger:
        """Plan a run for some rows in a folder."""
        ledger, store = self.ledger(name), self.store()
        run = RunId(f"run{len(ledger.runs()):05}")
        own = store_place(self.campaign, self.campaign.state).account
        chunks = iter([a_chunk(0, list(rows))])
        items = with_people(chunks, PeopleScheme(store.people_key()), 1) if digests else chunks
        ledger.plan(replace(PLAN, run=run, account=account or own), items)
        store.keep_people_ledger(ledger.identity(), str(self.folder / name), 1.0, 3)
        return ledger


@pytest.fixture(params=[REAL, "http://127.0.0.1:8088"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    desk = Desk(tmp_path)
    desk.write_campaign(endpoint=request.param, settle_s=1200)
    with ExitStack() as stack:
        yield World(tmp_path, load_campaign(desk.campaign, 0.0), stack)


def known(judge: Judge, *rows: int) -> list[int]:
    asked = frozenset(map(phone_of, rows))
    return [row for row in rows if phone_of(row) in judge.rule(asked).known]


def test_people_of_every_folder_of_the_account_are_known_and_of_new_runs_at_once(
    world: World,
) -> None:
    world.planned("state", [1, 2])
    world.planned("other", [3, 4])
    judge = world.judge()
    assert known(judge, 1, 3, 5, 6) == [1, 3]
    world.planned("other", [5])
    assert known(judge, 1, 3, 5, 6) == [1, 3, 5]
    assert known(world.judge(campaign=False), 1, 3, 5, 6) == [1, 3, 5]


def test_people_of_another_account_and_of_nobody_are_strangers(world: World) -> None:
    world.planned("other", [1], account="https://elsewhere.myhuaweicloud.com:443 0123")
    world.planned("state", [2])
    assert known(world.judge(), 1, 2, 3) == [2]
    receipts = Receipts("127.0.0.1:0", strangers_per_day=7)
    assert world.judge(receipts).rule(frozenset()).per_day == 7


def test_people_of_a_run_without_digests_are_known_by_their_rows_until_these_are_forgotten(
    world: World,
) -> None:
    ledger = world.planned("other", [1, 2], digests=False)
    assert known(world.judge(), 1, 3) == [1]
    writer = ledger.take(RunId("run00000"))
    writer.purge(9.0)
    writer.close()
    assert known(world.judge(), 1, 3) == []


def test_people_whose_numbers_were_forgotten_are_known_by_their_digests(world: World) -> None:
    ledger = world.planned("other", [1, 2])
    writer = ledger.take(RunId("run00000"))
    writer.purge(9.0)
    writer.close()
    assert known(world.judge(), 1, 3) == [1]


@pytest.mark.parametrize("becomes", ["gone", "damaged", "another"])
def test_a_folder_that_cannot_be_read_makes_its_people_strangers_and_stops_nobody(
    world: World, becomes: str
) -> None:
    world.planned("state", [1])
    world.planned("other", [2])
    world.stack.close()
    if becomes == "damaged":
        (world.folder / "other" / "ledger.sqlite3").write_bytes(b"no ledger" * 1000)
    else:
        shutil.rmtree(world.folder / "other")
    if becomes == "another":
        SqliteLedger(world.folder / "other").close()
    assert known(world.judge(), 1, 2) == [1]
    assert (world.folder / "other").exists() is (becomes != "gone")


def test_a_receipt_of_another_account_is_told_once_ours_is_known_in_any_spelling(
    world: World,
) -> None:
    world.planned("state", [1])
    assert not world.judge().is_of_another(OTHER)
    world.store().learn_domain(OWN)
    for campaign in (True, False):
        judge = world.judge(campaign=campaign)
        assert judge.is_of_another(OTHER)
        assert not judge.is_of_another(DASHED)
        assert not judge.is_of_another("")


def test_what_is_learned_later_counts_from_then_on(world: World) -> None:
    world.planned("state", [1])
    now = [0.0]
    judge = world.judge(now=lambda: now[0])
    assert not judge.is_of_another(OTHER)
    world.store().learn_domain(OWN)
    now[0] = 2.0
    assert judge.is_of_another(OTHER)


def test_an_id_that_the_campaign_names_is_ours_beside_the_one_that_iam_says(world: World) -> None:
    world.planned("state", [1])
    receipts = Receipts("127.0.0.1:0", domain_id=OTHER.upper())
    assert world.judge(receipts).is_of_another(OWN)
    world.store().learn_domain(OWN)
    judge = world.judge(receipts)
    assert not judge.is_of_another(OTHER)
    assert not judge.is_of_another(DASHED)
    assert judge.is_of_another("d" * 32)


def test_while_one_account_of_a_folder_is_not_known_nobody_is_another(world: World) -> None:
    world.planned("state", [1])
    world.store().learn_domain(OWN)
    origin = store_place(world.campaign, world.campaign.state).account.partition(" ")[0]
    second = f"{origin} abcd"
    world.planned("state", [2], account=second)
    assert not world.judge().is_of_another(OTHER)
    store = SqliteAccountStore(world.store().folder, parsed(second).digest, second)
    store.learn_domain("d" * 32)
    store.close()
    judge = world.judge()
    assert judge.is_of_another(OTHER)
    assert not judge.is_of_another("D" * 32)
