"""State folders that somebody else could change are refused, and no others."""

import os
from pathlib import Path

import pytest

from pipeline.core.errors import CampaignInvalid, Exit, LedgerUnwritable
from pipeline.ledger import SqliteLedger
from pipeline.settings.load import load_campaign
from tests.support.command import Desk

STRANGER = 65_534
NOBODYS_GROUP = 54_321
"""A group that the machine has no name for."""

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser gives files away")


@pytest.mark.parametrize(
    ("mode", "group"),
    [
        (0o707, None),
        (0o777, None),
        (0o1777, None),
        pytest.param(0o770, STRANGER, marks=AS_ROOT),
        pytest.param(0o775, STRANGER, marks=AS_ROOT),
        pytest.param(0o775, NOBODYS_GROUP, marks=AS_ROOT),
    ],
)
def test_a_folder_that_others_can_write_to_is_refused_with_what_mends_it(
    tmp_path: Path, mode: int, group: int | None
) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    if group is not None:
        os.chown(folder, -1, group)
    folder.chmod(mode)
    with pytest.raises(LedgerUnwritable, match=f"chmod go-w {folder}") as refused:
        SqliteLedger(folder)
    assert refused.value.exit_code is Exit.LEDGER_UNWRITABLE
    assert list(folder.iterdir()) == []
    folder.chmod(0o755)
    SqliteLedger(folder).close()


@AS_ROOT
def test_a_group_of_nobody_but_the_owner_lets_no_others_in(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    os.chown(folder, 0, 0)
    folder.chmod(0o775)
    SqliteLedger(folder).close()


def test_the_folder_that_a_link_leads_to_is_what_is_judged(tmp_path: Path) -> None:
    open_to_all, own = tmp_path / "open", tmp_path / "own"
    for folder, mode in ((open_to_all, 0o777), (own, 0o700)):
        folder.mkdir()
        folder.chmod(mode)
        (tmp_path / f"to-{folder.name}").symlink_to(folder)
    with pytest.raises(LedgerUnwritable, match="can write to the folder"):
        SqliteLedger(tmp_path / "to-open")
    SqliteLedger(tmp_path / "to-own").close()


@AS_ROOT
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    os.chown(folder, STRANGER, STRANGER)
    with pytest.raises(LedgerUnwritable, match=r"belongs to user .* not to user root"):
        SqliteLedger(folder)


@AS_ROOT
@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_link_of_somebody_else_is_refused_also_where_nothing_is_there_yet(
    tmp_path: Path, below: str
) -> None:
    own = tmp_path / "own"
    own.mkdir(mode=0o700)
    link = tmp_path / "link"
    link.symlink_to(own)
    os.lchown(link, STRANGER, STRANGER)
    with pytest.raises(LedgerUnwritable, match=f"the link {link} on the way"):
        SqliteLedger(link / below)
    assert list(own.iterdir()) == []
    desk = Desk(tmp_path)
    campaign = desk.write_campaign()
    text = campaign.read_text(encoding="utf-8")
    campaign.write_text(text.replace('"state"', f'"link/{below}"'), encoding="utf-8")
    with pytest.raises(CampaignInvalid, match=r"\[campaign\] state: the link"):
        load_campaign(campaign, 0.0)


def test_whoever_knows_who_else_can_write_there_may_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(0o707)
    monkeypatch.setenv("KOOSEND_SHARED_STATE", "yes")
    SqliteLedger(folder).close()
    monkeypatch.setenv("KOOSEND_SHARED_STATE", "1")
    with pytest.raises(LedgerUnwritable, match="KOOSEND_SHARED_STATE=yes"):
        SqliteLedger(folder)
