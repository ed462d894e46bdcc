"""Forgetting a run's people, by the command."""

from pathlib import Path

from tests.support.command import Desk
from tests.support.messages import campaign_of

MEMBERS = 30

STATE = ("--state", "state")


def whole_numbers(desk: Desk, phones: set[str]) -> list[str]:
    """Return the files of the state folder, but for the emulator's, that hold a whole number."""
    return [
        file.name
        for file in (desk.folder / "state").rglob("*")
        if file.is_file()
        and "emulator" not in file.parts
        and any(phone.encode() in file.read_bytes() for phone in phones)
    ]


def test_a_run_is_forgotten_only_with_yes_and_its_books_still_balance(desk: Desk) -> None:
    desk.write_campaign()
    assert desk.koosend("run", desk.campaign).exit in {0, 1}
    waiting = desk.koosend("status", desk.campaign, "--json").json
    run = waiting["run"]
    early = desk.koosend("purge", "--run", run, "--yes", *STATE)
    assert early.exit == 75
    assert "left alone" in early.out
    assert desk.koosend("reconcile", desk.campaign, "--wait", "60s").exit in {0, 1}
    before = desk.koosend("status", desk.campaign, "--json").json["outcomes"]
    phones = set(desk.taken())
    told = desk.koosend("purge", "--run", run, "--files", *STATE)
    assert told.exit == 0
    assert "nothing was changed" in told.out
    assert whole_numbers(desk, phones)
    done = desk.koosend("purge", "--run", run, "--files", "--yes", "--json", *STATE)
    assert done.exit == 0, done.err
    assert done.json["compact"] is True
    assert done.json["files_deleted"] >= 4
    assert whole_numbers(desk, phones) == []
    assert desk.koosend("status", desk.campaign, "--json").json["outcomes"] == before
    verified = desk.koosend("verify", desk.campaign)
    assert verified.exit == 0, verified.out
    assert "forgotten" in verified.out
    assert desk.koosend("report", desk.campaign).exit == 0
    assert whole_numbers(desk, phones) == []
    again = desk.koosend("run", desk.campaign)
    assert (again.exit, len(desk.taken())) == (0, len(phones))
    asked = desk.koosend("verify", desk.campaign, "--online")
    assert asked.exit == 2
    assert "forgotten by koosend purge" in asked.err


def test_nothing_is_old_enough_in_a_folder_of_today(desk: Desk) -> None:
    desk.write_campaign()
    assert desk.koosend("run", desk.campaign).exit in {0, 1}
    done = desk.koosend("purge", "--older-than", "1", "--yes", "--campaign", desk.campaign)
    assert done.exit == 0
    assert "0 runs forgotten: 0 rows" in done.out
    assert desk.koosend("purge", *STATE).exit == 2
    assert desk.koosend("purge", "--older-than", "0", *STATE).exit == 2


def test_no_number_of_an_sms_is_left_beside_its_task_in_the_accounts_store(desk: Desk) -> None:
    desk.write_campaign(**campaign_of("sms"))
    assert desk.koosend("run", desk.campaign).exit in {0, 1}
    phones = set(desk.taken())
    store = desk.folder / "state" / "account"
    beside = [file for file in store.iterdir() if any_of(phones, file)]
    assert beside, "the account's store asks for SMS by a number"
    run = desk.koosend("status", desk.campaign, "--json").json["run"]
    wish = ("purge", "--run", run, "--unfinished", "--files", "--yes", "--json", *STATE)
    done = desk.koosend(*wish)
    assert done.exit == 0, done.err
    assert done.json["forgotten"]["beside_names"] >= 1
    assert [file for file in store.iterdir() if any_of(phones, file)] == []
    assert desk.koosend(*wish).json["forgotten"]["beside_names"] == 0


def any_of(phones: set[str], file: Path) -> bool:
    held = file.read_bytes()
    return any(phone.encode() in held for phone in phones)
