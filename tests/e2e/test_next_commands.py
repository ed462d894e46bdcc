"""What koosend says to type next can be typed as it stands, whatever state folder was named."""

import re
import shlex
from collections.abc import Sequence

import pytest

from tests.support.command import Desk
from tests.support.html_page import read_page

MEMBERS = 12
NAMED = re.compile(r"koosend ((?:run|reconcile|doubts|rerun|drop) [^;()]*?)(?: goes on|  |;|$)")


def named_in(text: str) -> Sequence[Sequence[str]]:
    """Return the command lines that a text names, each as words."""
    return [shlex.split(found) for line in text.splitlines() for found in NAMED.findall(line)]


def sees(desk: Desk, words: Sequence[str]) -> str:
    """Ask for the status of what a command line names, and return its run."""
    _, target, *options = words
    told = desk.koosend("status", target, *options, "--json")
    assert told.exit == 0, (words, told.err)
    return str(told.json["run"])


@pytest.mark.parametrize("option", [(), ("--state", "kept here")])
def test_a_command_that_is_named_finds_the_run_wherever_it_lies(
    desk: Desk, option: tuple[str, ...]
) -> None:
    """A run's id alone is looked for in var/koosend, a campaign's in the folder of its file."""
    desk.write_campaign(max_messages=MEMBERS)
    text = desk.campaign.read_text(encoding="utf-8")
    small = text.replace("[limits]", "[limits]\nrecipients_per_request = 4")
    desk.campaign.write_text(small.replace(f"= {MEMBERS}\n", "= 4\n"), encoding="utf-8")
    begun = desk.koosend("run", desk.campaign, *option)
    assert begun.exit == 75, begun.err
    checked = desk.koosend("status", desk.campaign, *option, "--check")
    assert checked.exit == 75
    run = desk.koosend("status", desk.campaign, *option, "--json").json["run"]
    by_campaign, by_run = named_in(begun.out), named_in(checked.out)
    assert [words[:2] for words in by_campaign] == [["reconcile", str(desk.campaign)]]
    assert [words[:2] for words in by_run] == [["run", run]]
    assert {sees(desk, words) for words in (*by_campaign, *by_run)} == {run}
    assert ("--state" in by_campaign[0]) is bool(option)
    (folder,) = desk.folder.glob(f"*/runs/{run}")
    page = read_page((folder / "rehearsal-report.html").read_text(encoding="utf-8")).words("en")
    next_line = page[page.index("Next: ") :].splitlines()[0]
    assert {sees(desk, words) for words in named_in(next_line)} == {run}


def test_a_command_that_is_named_for_a_list_keeps_to_the_folder_that_was_given(desk: Desk) -> None:
    """Typed without it, it would begin a ledger of its own in the campaign's folder."""
    option = ("--state", "kept here")
    folder = shlex.quote(str(desk.folder / "kept here"))
    named = f"{desk.campaign} --state {folder}"
    assert f"To send: koosend run {named}\n" in desk.koosend("check", desk.campaign, *option).out
    assert desk.koosend("run", desk.campaign, *option).exit == 0
    with (desk.folder / "members.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    asked = desk.koosend("run", desk.campaign, *option)
    assert asked.exit == 79
    assert f"koosend run {named} --again sends to everybody" in asked.err
    by_variable = desk.koosend("run", desk.campaign, env={"KOOSEND_STATE": "kept here"})
    assert f"koosend run {desk.campaign} --again" in by_variable.err


def test_where_the_id_alone_finds_the_run_the_folder_is_not_named(desk: Desk) -> None:
    desk.write_campaign()
    text = desk.campaign.read_text(encoding="utf-8")
    desk.campaign.write_text(text.replace('state = "state"', ""), encoding="utf-8")
    desk.koosend("run", desk.campaign)
    offered = desk.koosend("doubts", desk.campaign)
    assert "--state" not in offered.out
    assert "--state" not in desk.koosend("run", desk.campaign).out
