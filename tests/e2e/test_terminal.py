"""What stands on a terminal, and what does not stand in a cron mail."""

from itertools import takewhile
from pathlib import Path

import pytest

from pipeline.cli.terminal.tables import display_width
from tests.support.command import Desk
from tests.support.members import write_members
from tests.support.terminal import on_terminal, seen


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Make a desk with one finished run; the tests here only look."""
    found = Desk(tmp_path_factory.mktemp("desk"))
    write_members(found.folder / "members.csv", 300)
    found.write_campaign()
    assert found.koosend("run", found.campaign).exit == 0
    return found


def a_desk(folder: Path) -> Desk:
    found = Desk(folder)
    write_members(folder / "members.csv", 300)
    found.write_campaign()
    return found


def test_a_run_shows_its_progress_and_takes_it_away_again(tmp_path: Path) -> None:
    new = a_desk(tmp_path)
    sent = on_terminal(tmp_path, "run", new.campaign)
    assert "sending messages" in sent
    assert "━" in sent
    left = seen(sent)
    assert any(line.startswith("members: run ") for line in left)
    assert not any("━" in line for line in left)


def test_a_dumb_terminal_is_sent_lines_alone(tmp_path: Path) -> None:
    new = a_desk(tmp_path)
    sent = on_terminal(tmp_path, "run", new.campaign, env={"TERM": "dumb"})
    assert "\x1b" not in sent
    assert "\r" not in sent


def test_a_cron_mail_holds_no_bars_and_no_colours(tmp_path: Path) -> None:
    done = a_desk(tmp_path).koosend("run", "campaign.toml")
    assert done.exit == 0
    assert not set("\x1b\r━") & set(done.out + done.err)


def test_headings_are_bold_on_a_terminal_unless_colour_is_unwanted(desk: Desk) -> None:
    assert "\x1b[1mrun" in on_terminal(desk.folder, "runs", desk.campaign)
    assert "\x1b" not in on_terminal(desk.folder, "runs", desk.campaign, env={"NO_COLOR": "1"})
    assert "\x1b" not in desk.koosend("runs", desk.campaign).out


@pytest.mark.parametrize("columns", [60, 100, 160])
def test_the_table_of_check_is_as_broad_as_the_terminal(desk: Desk, columns: int) -> None:
    lines = seen(on_terminal(desk.folder, "check", desk.campaign, columns=columns))
    start = next(at for at, line in enumerate(lines) if line.startswith("rows  why"))
    table = list(takewhile(lambda line: line.startswith((" ", "─", "rows")), lines[start:]))
    assert len(table) > 5
    assert max(map(display_width, table)) <= columns


def test_the_lines_of_runs_are_never_broken(desk: Desk) -> None:
    wide = seen(on_terminal(desk.folder, "runs", desk.campaign, columns=160))
    narrow = seen(on_terminal(desk.folder, "runs", desk.campaign, columns=40))
    assert wide == narrow == desk.koosend("runs", desk.campaign).out.split("\n")
