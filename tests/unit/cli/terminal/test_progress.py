import io
import re

from pipeline.cli.terminal.progress import LinesAbove, ProgressLine
from pipeline.cli.terminal.tables import display_width


class Terminal(io.TextIOWrapper):
    """A terminal of so many columns that keeps what was sent to it; time is set by hand."""

    def __init__(self, columns: int = 80, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="")
        self.columns = columns
        self.now = 0.0

    def line(self, *, colour: bool = False) -> ProgressLine:
        return ProgressLine(self, colour=colour, now=lambda: self.now, width=lambda: self.columns)

    def sent(self) -> str:
        self.flush()
        written = self.buffer
        assert isinstance(written, io.BytesIO)
        return written.getvalue().decode(self.encoding)

    def shown(self) -> list[str]:
        """Return what stands on the lines, as a terminal shows it; the last is the current one."""
        return [re.split(r"\r\x1b\[2K", line)[-1] for line in self.sent().split("\n")]


def test_the_bar_is_as_full_as_the_work_is_done() -> None:
    terminal = Terminal()
    line = terminal.line()
    line.show("sending", 0, 1000)
    terminal.now = 10.0
    line.show("sending", 250, 1000)
    assert terminal.shown() == [f"⠹ sending {'━' * 10}{'─' * 30}  250/1,000  0:00:30"]


def test_before_anything_moved_no_time_is_foretold() -> None:
    terminal = Terminal()
    terminal.line().show("sending", 0, 1000)
    assert terminal.shown()[-1].endswith("0/1,000  -:--:--")


def test_the_speed_counts_from_where_this_process_went_on() -> None:
    terminal = Terminal()
    line = terminal.line()
    line.show("sending", 900, 1000)
    terminal.now = 10.0
    line.show("sending", 950, 1000)
    assert terminal.shown()[-1].endswith("0:00:10")


def test_it_is_drawn_ten_times_a_second_at_most_and_at_its_end() -> None:
    terminal = Terminal()
    line = terminal.line()
    for done in range(1001):
        terminal.now = done / 1000
        line.show("sending", done, 1000)
    assert 9 <= terminal.sent().count("\r") <= 12
    assert "1,000/1,000" in terminal.shown()[-1]


def test_a_new_kind_of_work_is_drawn_at_once() -> None:
    terminal = Terminal()
    line = terminal.line()
    line.show("reading rows", 12_330)
    line.show("sending", 0, 1000)
    assert "sending" in terminal.shown()[-1]


def test_no_line_is_broader_than_the_terminal() -> None:
    for columns in range(2, 100):
        terminal = Terminal(columns)
        line = terminal.line()
        line.show("读取表格", 12_330)
        line.show("sending", 12_000, 12_330)
        assert all(display_width(shown) < columns for shown in terminal.sent().split("\r\x1b[2K"))


def test_notes_and_the_lines_of_others_stand_above_it_whole() -> None:
    terminal = Terminal()
    line = terminal.line()
    above = LinesAbove(line, terminal)
    line.show("sending", 1, 10)
    line.above("3 requests are asked for")
    line.show("sending", 2, 10)
    print("a warning", end="", file=above)
    line.show("sending", 10, 10)
    print(", the end of it", file=above)
    print("begun", end="", file=above)
    above.end()
    assert terminal.shown() == ["3 requests are asked for", "a warning, the end of it", "begun"]


def test_when_it_is_done_nothing_is_left_of_it() -> None:
    terminal = Terminal()
    line = terminal.line()
    line.show("sending", 10, 10)
    line.clear()
    assert terminal.shown() == [""]


def test_without_colour_it_sends_none() -> None:
    plain, coloured = Terminal(), Terminal()
    plain.line().show("sending", 5, 10)
    coloured.line(colour=True).show("sending", 5, 10)
    assert "\x1b[32m" in coloured.sent()
    assert set(re.findall(r"\x1b\[[0-9;]*m", plain.sent())) == set()


def test_a_terminal_that_knows_ascii_alone_gets_no_more() -> None:
    terminal = Terminal(encoding="ascii")
    terminal.line().show("sending", 5, 10)
    assert "====" in terminal.shown()[-1]
