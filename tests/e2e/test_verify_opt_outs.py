"""`koosend verify` holds what people answered against the account's suppression list."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from pipeline.audit.books import FindingCode
from pipeline.ledger import SqliteLedger
from pipeline.ports import PushedReceipt, Reply
from pipeline.runner.session.shared_lists import share_lists
from pipeline.settings import load_campaign
from tests.support.command import Desk
from tests.support.emulator_process import ACCESS_KEY, SECRET_KEY, running_emulator

MEMBERS = 10
WHO, OTHER = "13900000001", "13900000002"
KEYS = {"HUAWEICLOUD_SDK_AK": ACCESS_KEY, "HUAWEICLOUD_SDK_SK": SECRET_KEY}


def answers(desk: Desk, *phones: str) -> None:
    """Let people answer T to the campaign, as the listener of its state folder keeps it."""
    state = desk.folder / "state"
    campaign = load_campaign(desk.campaign, time.time())
    replies = [Reply(phone, "T", "2026-11-02 12:00:00", "", opts_out=True) for phone in phones]
    with closing(SqliteLedger(state)) as ledger:
        share_lists(ledger, state, campaign)
        ledger.receipts.store_receipts([PushedReceipt(time.time(), "reply", b"T", (), replies)])


def lose(folder: Path, phone: str) -> None:
    """Take a number out of the account's store as no koosend would."""
    (store,) = folder.glob("*.sqlite3")
    with closing(sqlite3.connect(store, isolation_level=None)) as file:
        file.execute("DROP TRIGGER suppression_stays")
        gone = file.execute("DELETE FROM suppression WHERE phone = ?", (int(phone),))
        assert gone.rowcount == 1


def test_an_opt_out_that_is_on_no_list_any_more_is_found_and_named_masked(desk: Desk) -> None:
    assert desk.koosend("run", desk.campaign).exit == 0
    answers(desk, WHO, OTHER)
    assert desk.koosend("verify", desk.campaign).exit == 0
    lose(desk.folder / "state" / "account", WHO)
    found = desk.koosend("verify", desk.campaign)
    assert found.exit == 1
    (line,) = (line for line in found.out.splitlines() if FindingCode.OPT_OUT_LOST in line)
    assert line.startswith("opt_out_lost at receipt 1: 139****0001 answered that they want no more")
    assert WHO not in found.out + found.err
    told = desk.koosend("verify", desk.campaign, "--json").json
    assert [one["code"] for one in told["findings"]] == ["opt_out_lost"]
    put = ("suppress", "add", WHO, "--campaign", desk.campaign)
    assert desk.koosend(*put).exit == 0
    assert desk.koosend("verify", desk.campaign).exit == 0


def test_who_was_taken_off_the_list_on_purpose_is_no_finding_until_they_answer_again(
    desk: Desk,
) -> None:
    assert desk.koosend("run", desk.campaign).exit == 0
    answers(desk, WHO)
    take_off = ("suppress", "remove", WHO, "--note", "signed up", "--campaign", desk.campaign)
    assert desk.koosend(*take_off).exit == 0
    assert desk.koosend("verify", desk.campaign).exit == 0
    state = desk.folder / "state"
    again = Reply(WHO, "TD", "2026-11-03 12:00:00", "", opts_out=True)
    with closing(SqliteLedger(state)) as ledger:  # it shares no list, so that the store lacks it
        share = PushedReceipt(time.time(), "reply", b"TD", (), [again])
        ledger.receipts.store_receipts([share])
    found = desk.koosend("verify", desk.campaign)
    assert (found.exit, "opt_out_lost at receipt 2" in found.out) == (1, True)


def test_a_store_that_is_gone_keeps_nobody(desk: Desk) -> None:
    assert desk.koosend("run", desk.campaign).exit == 0
    answers(desk, WHO)
    for file in (desk.folder / "state" / "account").iterdir():
        file.unlink()
    assert "opt_out_lost at receipt 1" in desk.koosend("verify", desk.campaign).out


def test_what_was_answered_to_a_rehearsal_is_not_missed_on_another_accounts_list(
    desk: Desk,
) -> None:
    rehearsal = desk.koosend("run", desk.campaign, "--json").json["run"]
    answers(desk, WHO)
    with running_emulator(desk.folder) as provider:
        desk.write_campaign(endpoint=provider.url)
        assert desk.koosend("run", desk.campaign, env=KEYS).exit == 0
        desk.write_campaign()
        answers(desk, OTHER)
        desk.write_campaign(endpoint=provider.url)
        verified = desk.koosend("verify", desk.campaign, env=KEYS)
        assert verified.exit == 0, verified.out
        lose(desk.folder / "state" / "account", OTHER)
        for run in (rehearsal, desk.campaign):
            found = desk.koosend("verify", run, "--state", "state", env=KEYS)
            assert (found.exit, "opt_out_lost at receipt 2" in found.out) == (1, True), found
