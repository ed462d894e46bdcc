"""One file of a ledger goes on: whichever copy begins second is kept from sending."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.errors import DecisionNeeded
from pipeline.ledger import SqliteLedger
from pipeline.ledger.account import SqliteAccountStore
from pipeline.ports import OwnClaim
from pipeline.runner.guards.claims import File, LedgerClaim, Verdict, judge
from pipeline.settings.account import parsed
from tests.support.ledgers import PLAN, RUN, items

ACCOUNT = "https://host:443 0123"
GOES_ON, BEHIND, MOVED = Verdict.GOES_ON, Verdict.BEHIND, Verdict.MOVED


@dataclass(frozen=True, slots=True)
class Site:
    """A state folder, with the folder of its account's store."""

    state: Path
    store: Path
    account: str = ACCOUNT

    @contextmanager
    def opened(self) -> Iterator[LedgerClaim]:
        ledger = SqliteLedger(self.state)
        store = SqliteAccountStore(self.store, parsed(self.account).digest, self.account)
        try:
            yield LedgerClaim(ledger, store, self.state)
        finally:
            store.close()
            ledger.close()

    @contextmanager
    def working(self, *, restored: bool = False) -> Iterator[Verdict]:
        with self.opened() as claim, claim.held(5.0, restored=restored) as verdict:
            yield verdict

    def works(self, *, restored: bool = False) -> Verdict:
        """Begin to work and end; tell whether it was let."""
        with self.working(restored=restored) as verdict:
            return verdict

    def is_killed_at_work(self) -> None:
        child = os.fork()
        if not child:
            with self.working():
                os._exit(0)
        os.waitpid(child, 0)

    def copied(self, name: str) -> "Site":
        copy = self.state.with_name(name)
        shutil.copytree(self.state, copy)
        return replace(self, state=copy)

    def with_its_store(self, to: Path) -> "Site":
        shutil.copytree(self.state, to / "state")
        shutil.copytree(self.store, to / "stores")
        return replace(self, state=to / "state", store=to / "stores")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    found = Site(tmp_path / "state", tmp_path / "stores")
    with ledger_of(found) as ledger:
        ledger.plan(replace(PLAN, account=ACCOUNT), items())
    return found


@contextmanager
def ledger_of(site: Site) -> Iterator[SqliteLedger]:
    ledger = SqliteLedger(site.state)
    try:
        yield ledger
    finally:
        ledger.close()


def test_a_folder_that_was_renamed_goes_on_without_a_word(site: Site) -> None:
    assert site.works() is GOES_ON
    site.is_killed_at_work()
    moved = replace(site, state=site.state.with_name("moved"))
    site.state.rename(moved.state)
    assert [moved.works() for _ in range(3)] == [GOES_ON] * 3


@pytest.mark.parametrize("first", ["original", "copy"])
def test_of_a_folder_and_its_copy_whichever_begins_second_is_kept_back(
    site: Site, first: str
) -> None:
    assert site.works() is GOES_ON
    pair = {"original": site, "copy": site.copied("copy")}
    goes_on = pair.pop(first)
    (other,) = pair.values()
    assert goes_on.works() is GOES_ON
    assert other.works() is BEHIND
    assert goes_on.works() is GOES_ON


def test_a_copy_of_a_ledger_at_work_is_refused_while_that_works_and_afterwards(site: Site) -> None:
    with site.working():
        copy = site.copied("copy")
        with pytest.raises(DecisionNeeded, match="is at work now"):
            copy.works()
        with pytest.raises(DecisionNeeded, match="is at work now"):
            copy.works(restored=True)
        assert site.works() is GOES_ON
        with pytest.raises(DecisionNeeded, match="is at work now"):
            copy.works()
    assert copy.works() is BEHIND


def test_a_copy_of_a_ledger_whose_process_was_killed_needs_a_word(site: Site) -> None:
    site.is_killed_at_work()
    copy = site.copied("copy")
    assert copy.works() is MOVED
    assert site.works() is GOES_ON


def test_a_ledger_that_was_copied_with_its_store_needs_a_word(site: Site, tmp_path: Path) -> None:
    assert site.works() is GOES_ON
    there = site.with_its_store(tmp_path / "there")
    assert there.works() is MOVED
    assert site.works() is GOES_ON
    assert there.works(restored=True) is GOES_ON
    assert there.works() is GOES_ON


def test_a_copy_that_finds_a_store_of_its_own_needs_a_word(site: Site, tmp_path: Path) -> None:
    assert site.works() is GOES_ON
    copy = replace(site.copied("copy"), store=tmp_path / "another")
    assert copy.works() is MOVED


def test_a_word_lets_a_copy_go_on_and_keeps_the_other_back(site: Site) -> None:
    assert site.works() is GOES_ON
    copy = site.copied("copy")
    assert site.works() is GOES_ON
    assert copy.works(restored=True) is GOES_ON
    with ledger_of(copy) as ledger:
        assert ledger.put_back_at() == 5.0
        record = ledger.run(RUN)
        assert record is not None
        assert record.restored_at == 5.0
    assert copy.works() is GOES_ON
    assert site.works() is BEHIND


def test_several_processes_of_one_folder_work_at_once(site: Site) -> None:
    with site.working() as first, site.working() as second:
        assert {first, second} == {GOES_ON}
        assert site.works() is GOES_ON
    assert site.works() is GOES_ON


def test_a_lost_store_and_one_that_was_put_back_stop_no_ledger_in_its_place(
    site: Site, tmp_path: Path
) -> None:
    assert site.works() is GOES_ON
    shutil.copytree(site.store, tmp_path / "kept")
    assert site.works() is GOES_ON
    shutil.rmtree(site.store)
    shutil.copytree(tmp_path / "kept", site.store)
    assert site.works() is GOES_ON
    shutil.rmtree(site.store)
    assert site.works() is GOES_ON


def test_a_kill_between_the_ledger_s_note_and_the_store_s_stops_nothing(site: Site) -> None:
    assert site.works() is GOES_ON
    with site.opened() as claim:
        (own,) = claim.ledger.claims()
        token = own.latest
        claim.ledger.keep_claim(replace(own, number=own.number + 1, before=token, latest="lost"))
    assert site.works() is GOES_ON


def test_a_look_changes_nothing(site: Site) -> None:
    assert site.works() is GOES_ON
    copy = site.copied("copy")
    for _ in range(2):
        with copy.opened() as claim:
            assert claim.is_current()
    assert site.works() is GOES_ON
    with copy.opened() as claim:
        assert not claim.is_current()


def test_a_rehearsal_may_be_copied_since_its_account_is_its_folder_s(tmp_path: Path) -> None:
    site = Site(tmp_path / "state", tmp_path / "state" / "account", "emulator 0123")
    assert site.works() is GOES_ON
    copy = replace(site.copied("copy"), store=tmp_path / "copy" / "account")
    assert copy.works() is GOES_ON


def test_a_changed_key_leaves_the_copy_behind(site: Site) -> None:
    assert site.works() is GOES_ON
    copy = site.copied("copy")
    renamed = replace(site, account="https://host:443 4567")
    with site.opened() as old, renamed.opened() as new:
        assert isinstance(old.store, SqliteAccountStore)
        assert isinstance(new.store, SqliteAccountStore)
        new.store.inherit(old.store)
    assert renamed.works() is GOES_ON
    assert replace(copy, account=renamed.account).works() is BEHIND


def test_a_ledger_that_worked_where_no_store_knows_it_needs_a_word() -> None:
    noted = OwnClaim(ACCOUNT, 1, "", "token", 7)
    assert judge([noted], None, File(8, alone=True, is_store_in_place=True)) is MOVED
    assert judge([], None, File(8, alone=True, is_store_in_place=True)) is GOES_ON


MOVES = st.lists(st.sampled_from(["one works", "two works", "copy", "kill one"]), max_size=8)


@settings(max_examples=15, deadline=None)
@given(moves=MOVES)
def test_no_two_files_ever_go_on_from_one_state(
    tmp_path_factory: pytest.TempPathFactory, moves: list[str]
) -> None:
    root = tmp_path_factory.mktemp("claims")
    one = Site(root / "one", root / "stores")
    assert one.works() is GOES_ON
    two = replace(one, state=root / "two")
    worked: set[str] = set()  # since the latest copy was made
    for move in moves:
        if move == "copy":
            shutil.rmtree(two.state, ignore_errors=True)
            shutil.copytree(one.state, two.state)
            if "two" not in worked:
                worked = set()
        elif move == "kill one":
            if "two" not in worked:
                one.is_killed_at_work()
                worked.add("one")
        elif move == "one works" or two.state.exists():
            name = move.split()[0]
            if (one if name == "one" else two).works() is GOES_ON:
                worked.add(name)
        assert len(worked) < 2 or not two.state.exists()
