"""Lost answers of SMS, whose names stand in no list: details, receipts, or a person settle them."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.emulator.options import EmulatorOptions
from tests.campaigns.channels.campaigns import write_campaign, write_rows
from tests.campaigns.channels.cases import ENV, receiving
from tests.support.command import Desk, Done
from tests.support.emulator_process import EmulatorProcess, running_emulator

SMS = ("sms", "-")
SUBMISSION = 500


def rule(what: str, *nth: int, operation: str = "SendAimBatchDifferentMessages") -> str:
    return f'[[rule]]\nwhat = "{what}"\nnth = {list(nth)}\noperation = "{operation}"\n'


@contextmanager
def provided(
    folder: Path, rules: str, rows: int, *, listens: bool = False, world: str = ""
) -> Iterator[tuple[Desk, EmulatorProcess]]:
    """Run a provider with some rules, and a desk with an SMS campaign of that many rows."""
    faults, changed = folder / "faults.toml", folder / "world.toml"
    faults.write_text(rules, encoding="utf-8")
    changed.write_text(world, encoding="utf-8")
    desk = Desk(folder)
    write_rows(folder / "members.csv", rows)
    with running_emulator(folder, EmulatorOptions(faults=faults, world=changed)) as provider:
        write_campaign(desk, provider.url, SMS, listens=listens, settle_s=2)
        yield desk, provider


def run(desk: Desk) -> Done:
    return desk.koosend("run", desk.campaign, "--json", env=ENV)


def once(desk: Desk, provider: EmulatorProcess, rows: int) -> bool:
    taken = [line["phone"] for line in provider.messages()]
    proved = desk.koosend("verify", desk.campaign, env=ENV).exit == 0
    return len(taken) == rows and len(set(taken)) == rows and proved


def test_an_sms_whose_answer_was_lost_is_found_beside_its_numbers(tmp_path: Path) -> None:
    rules = rule("drop_after_commit", 2) + rule("commit_then_500", 3)
    with provided(tmp_path, rules, 4 * SUBMISSION) as (desk, provider):
        done = run(desk)
        assert done.exit == 0, done.err
        assert once(desk, provider, 4 * SUBMISSION)
        (line, *_) = [one for one in provider.messages() if one["task_name"].endswith("1-001")]
        told = desk.koosend("explain", desk.campaign, line["phone"], env=ENV)
    assert "found by name" in told.out
    assert line["task_id"] in told.out


def test_an_sms_that_never_came_is_sent_again_once_others_are_seen(tmp_path: Path) -> None:
    with provided(tmp_path, rule("drop_before", 2), 3 * SUBMISSION) as (desk, provider):
        done = run(desk)
        assert done.exit == 0, done.err
        assert once(desk, provider, 3 * SUBMISSION)
        names = {line["task_name"] for line in provider.messages()}
    assert [name[-2:] for name in sorted(names)].count("02") == 1


def test_the_only_sms_of_a_run_is_held_for_a_person_who_may_release_it(tmp_path: Path) -> None:
    with provided(tmp_path, rule("drop_before", 1), 40) as (desk, provider):
        assert run(desk).exit == 79
        assert provider.messages() == []
        listed = desk.koosend("doubts", desk.campaign, env=ENV)
        assert "send details of its numbers" in listed.out
        (doubt,) = desk.koosend("doubts", desk.campaign, "--json", env=ENV).json["doubts"]
        assert doubt["task_name"] in listed.out
        assert (doubt["recipients"], doubt["proved_by_receipt"]) == (40, False)
        assert all(one["answer"] == "not listed" for one in doubt["questions"])
        word = ("--release", doubt["task_name"], "--reason", "not in the console", "--yes")
        released = desk.koosend("doubts", desk.campaign, *word, env=ENV)
        assert released.exit == 0, released.err
        assert run(desk).exit == 0
        assert once(desk, provider, 40)


def test_where_details_show_no_sms_nothing_is_sent_again(tmp_path: Path) -> None:
    rules = rule("drop_after_commit", 1) + rule("drop_before", 2)
    hidden = "[sms]\nin_send_details = false\n"
    with provided(tmp_path, rules, 3 * SUBMISSION, world=hidden) as (desk, provider):
        assert run(desk).exit == 79
        assert run(desk).exit == 79
        taken = [line["phone"] for line in provider.messages()]
        doubts = desk.koosend("doubts", desk.campaign, "--json", env=ENV).json["doubts"]
    assert len(taken) == len(set(taken)) == 2 * SUBMISSION
    assert len(doubts) == 2


def test_receipts_settle_what_no_question_can(tmp_path: Path) -> None:
    hidden = "[sms]\nin_send_details = false\n"
    lost = rule("drop_after_commit", 1, 2)
    with (
        provided(tmp_path, lost, 3 * SUBMISSION, listens=True, world=hidden) as (desk, provider),
        receiving(desk, provider),
    ):
        done = run(desk)
        if done.exit == 79:
            # The first receipts came only after the settling time: a later look finds them.
            done = desk.koosend("reconcile", desk.campaign, "--json", env=ENV)
        assert done.exit == 0, done.err
        assert set(done.json["submissions"]) == {"accepted"}
        assert len(provider.messages()) == 3 * SUBMISSION
        (line, *_) = [one for one in provider.messages() if one["task_name"].endswith("0-001")]
        told = desk.koosend("explain", desk.campaign, line["phone"], env=ENV)
    assert "a receipt bears its name" in told.out
    assert line["task_id"] in told.out


def test_a_person_cannot_release_what_a_receipt_proves(tmp_path: Path) -> None:
    hidden = "[sms]\nin_send_details = false\n"
    lost = rule("drop_after_commit", 1)
    with provided(tmp_path, lost, 40, listens=True, world=hidden) as (desk, provider):
        # Nobody listens yet: the run is left with its doubt.
        text = desk.campaign.read_text(encoding="utf-8")
        desk.campaign.write_text(text.partition("[receipts]")[0], encoding="utf-8")
        assert run(desk).exit == 79
        desk.campaign.write_text(text, encoding="utf-8")
        (name,) = {line["task_name"] for line in provider.messages()}
        with receiving(desk, provider) as address:
            push(address, name, provider.messages()[0])
        word = ("--release", name, "--reason", "a guess", "--yes")
        refused = desk.koosend("doubts", desk.campaign, *word, env=ENV)
        assert refused.exit == 2, refused.err
        assert "a receipt bears this name" in refused.err
        assert "reconcile settles it" in desk.koosend("doubts", desk.campaign, env=ENV).out
        assert desk.koosend("reconcile", desk.campaign, "--json", env=ENV).exit == 0
        assert len(provider.messages()) == 40


def push(address: str, name: str, line: dict[str, object]) -> None:
    """Push a receipt as KooMessage would."""
    receipt = {
        "task_id": line["task_id"],
        "cust_flag": line["phone"],
        "send_status": "DELIVRD",
        "extend": name,
    }
    body = {"request_id": "r-1", "callback_type": "sms", "body": json.dumps([receipt])}
    request = urllib.request.Request(address, json.dumps(body).encode())  # noqa: S310 -- this machine
    with urllib.request.urlopen(request, timeout=240) as answer:  # noqa: S310 -- this machine
        assert answer.status == 200
