"""One week of a campaign, night after night: who got how many messages, the code, the sentence.

Nobody waits: the clock of the commands is moved. What each case means in full stands in test_week,
test_leftovers, test_suppress and the reader's tests; here they follow each other in one folder.
"""

import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl

from pipeline.ledger import SqliteLedger
from pipeline.ports import PushedReceipt, Reply
from pipeline.runner.session.shared_lists import share_lists
from pipeline.settings import load_campaign
from tests.support.command import AIM_BASIC, CAMPAIGN, DEFAULTS
from tests.support.forks import AHEAD
from tests.support.nights import CLOCK, PEOPLE, Nights, once, people, phone
from tests.support.office import saved_by_office

HEADER = ("手机号", "姓名", "积分")
OPTED_OUT, ANSWERED = range(3), 5
REPEATED = "30 of 30 people would have been sent this message at "


@dataclass(slots=True)
class Week:
    """The desk of the week, and the list that lies on it: members.xlsx."""

    nights: Nights
    kept: Path = field(init=False)

    def __post_init__(self) -> None:
        self.kept = self.list.with_name("yesterday.xlsx")
        self.write_campaign()

    @property
    def list(self) -> Path:
        return self.nights.desk.folder / "members.xlsx"

    def write_campaign(self, limits: str = "", screening: str = "", calls_per_s: int = 0) -> None:
        file = self.nights.desk.write_campaign(
            source="members.xlsx",
            ask="false",
            max_rejected_share=0.1,
            calls_per_s=calls_per_s,
            extra=f"\n[screening]\n{screening}\n",
        )
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("[limits]", f"[limits]\n{limits}"), encoding="utf-8")

    def write(
        self,
        rows: Sequence[Sequence[str]],
        header: Sequence[str] = HEADER,
        merged: str = "",
    ) -> None:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        for row in (header, *rows):
            sheet.append(list(row))
        if merged:
            sheet.merge_cells(merged)
        book.save(self.list)

    def save_again_by_openpyxl(self) -> None:
        book = openpyxl.load_workbook(self.list)
        book.properties.lastModifiedBy = "安娜"
        book.save(self.list)

    def save_again_by_libreoffice(self) -> None:
        folder = self.list.parent / "office"
        shutil.copyfile(saved_by_office(self.list, "xlsx", folder), self.list)

    def upload_half(self) -> None:
        self.write(people(points="2"))
        shutil.copyfile(self.list, self.kept)
        whole = self.kept.read_bytes()
        self.list.write_bytes(whole[: len(whole) // 2])

    def upload_the_rest(self) -> None:
        shutil.copyfile(self.kept, self.list)

    def close_the_window(self) -> None:
        self.write(people(points="3"))
        self.write_campaign(limits='window = "20:00-21:00"')

    def open_the_window_with_another_list(self) -> None:
        self.write(people(points="4"))
        self.write_campaign()

    def swap_columns(self) -> None:
        rows = [[name, points, number] for number, name, points in people(40, 60)]
        self.write(rows, ("姓名", "积分", "手机号"))

    def swap_cells(self) -> None:
        self.write([[name, number, points] for number, name, points in people(40, 60)])

    def opt_some_out_by_a_column(self) -> None:
        rows = [[*row, "是" if at in OPTED_OUT else ""] for at, row in enumerate(people())]
        self.write([[*row[:2], "8", row[3]] for row in rows], (*HEADER, "退订"))
        self.write_campaign(screening='skip_where = { "退订" = ["是"] }')

    def answer_another_campaign(self) -> None:
        """Let somebody who is sent a video by another campaign of the account answer T."""
        folder = self.nights.desk.folder
        other = folder / "videos.toml"
        chosen = {
            **DEFAULTS,
            "name": "videos",
            "channel": "aim_basic",
            "source": "videos.csv",
            "ask": "false",
        }
        other.write_text(CAMPAIGN.format(**chosen, message=AIM_BASIC), encoding="utf-8")
        (folder / "videos.csv").write_text(f"手机号,姓名,积分\n{phone(ANSWERED)},会员,1\n")
        sent = self.nights.koosend("run", other)
        assert sent.exit == 0, sent.err
        now = time.time() + self.nights.ahead_s
        reply = Reply(phone(ANSWERED), "T", "2026-11-02 12:00:00", "", opts_out=True)
        with closing(SqliteLedger(folder / "state")) as ledger:
            share_lists(ledger, folder / "state", load_campaign(other, now))
            ledger.receipts.store_receipts([PushedReceipt(now, "reply", b"T", (), [reply])])
        self.write(people(points="9"))
        self.write_campaign()

    def kill(self) -> int:
        """Kill a run as soon as a part of its people were sent to; return how it ended."""
        desk, before = self.nights.desk, len(self.nights.desk.taken())
        self.write(people(points="5"))
        self.write_campaign(limits="recipients_per_request = 5", calls_per_s=8)
        env = {"PYTHONPATH": str(CLOCK), AHEAD: str(self.nights.ahead_s)}
        with desk.started("run", desk.campaign, env=env) as run:
            while run.poll() is None and len(desk.taken()) < before + 10:
                time.sleep(0.002)  # waits for another process's file, not for time
            run.send_signal(signal.SIGKILL)
            return run.wait()


@dataclass(frozen=True, slots=True)
class Night:
    """What is done to the list, and what comes of it; later is in days.

    gets are those who get one message more. said is part of what the run says.
    """

    what: str
    prepare: Callable[[Week], object]
    exit: int
    said: str
    gets: Mapping[str, int]
    later: float = 0.0
    options: tuple[str, ...] = ()


HOUR = 1 / 24
WITH_REMARK = [[*row, "备注"] for row in people()]
ONE_MORE = [*WITH_REMARK, ["13900000030", "会员30", "10", "新"]]
NOBODY: Mapping[str, int] = {}
MERGED = [[number, name if at == 0 else "", "7"] for at, (number, name, _) in enumerate(people())]

BEFORE_THE_KILL = (
    Night("the first list", lambda week: week.write(people()), 0, "would have been", once()),
    Night(
        "saved again by openpyxl",
        Week.save_again_by_openpyxl,
        *(79, REPEATED, NOBODY, HOUR),
    ),
    Night(
        "saved again by LibreOffice",
        Week.save_again_by_libreoffice,
        *(79, REPEATED, NOBODY, HOUR),
    ),
    Night(
        "a column for remarks",
        lambda week: week.write(WITH_REMARK, (*HEADER, "备注")),
        *(79, REPEATED, NOBODY, HOUR),
    ),
    Night(
        "one row more",
        lambda week: week.write(ONE_MORE, (*HEADER, "备注")),
        *(79, "30 of 31 people would have been sent this message at ", NOBODY, HOUR),
    ),
    Night(
        "and a person says yes to it",
        lambda _: None,
        *(0, "1 is new; they are left out", once(30, 31), 0, ("--yes",)),
    ),
    Night("half uploaded", Week.upload_half, 65, "members.xlsx is", NOBODY, 1),
    Night("and complete", Week.upload_the_rest, 0, "", once(), HOUR),
    Night("a closed window", Week.close_the_window, 75, "window", NOBODY, 1),
    Night(
        "and the next night's list",
        Week.open_the_window_with_another_list,
        *(0, "30 people of it stand on the new list with other values", once(), 1),
    ),
)
AFTER_THE_KILL = (
    Night("yesterday's list again", lambda _: None, 79, "is unchanged since ", NOBODY, 1),
    Night("a header alone", lambda week: week.write(()), 65, "0 people to send to", NOBODY),
    Night(
        "columns in another order",
        Week.swap_columns,
        *(79, "20 of 20 people would have been sent this message at ", NOBODY),
    ),
    Night(
        "numbers below another column's name",
        Week.swap_cells,
        *(65, "the column 姓名 looks like the phone numbers; exchange the two", NOBODY),
    ),
    Night(
        "cells merged downwards",
        lambda week: week.write(MERGED, merged=f"B2:B{PEOPLE + 1}"),
        *(65, "merged downwards", NOBODY, 1),
    ),
    Night(
        "a column says who wants nothing",
        Week.opt_some_out_by_a_column,
        *(0, "", once(len(OPTED_OUT))),
    ),
    Night(
        "T in answer to another campaign",
        Week.answer_another_campaign,
        *(0, "", {**once(stop=ANSWERED), **once(ANSWERED + 1), phone(ANSWERED): 1}, 1),
    ),
)


def passes(week: Week, nights: Sequence[Night]) -> None:
    for night in nights:
        week.nights.later(days=night.later)
        expected = Counter(week.nights.got()) + Counter(night.gets)
        night.prepare(week)
        done = week.nights.run(*night.options)
        assert done.exit == night.exit, (night.what, done)
        assert night.said in done.out + done.err, (night.what, done)
        assert week.nights.got() == expected, night.what


def test_a_week_of_nights_reaches_everybody_once_for_each_list(tmp_path: Path) -> None:
    week = Week(Nights.at(tmp_path))
    passes(week, BEFORE_THE_KILL)
    before = Counter(week.nights.got())
    week.nights.later(days=1)
    assert week.kill() == -signal.SIGKILL
    reached = Counter(week.nights.got()) - before
    assert max(reached.values()) == 1
    assert 10 <= len(reached) < PEOPLE
    week.nights.later(days=1)
    week.write(people(40, 60))
    week.write_campaign()
    done = week.nights.run()
    assert (done.exit, "people unsent; it goes first" in done.err) == (0, True), done
    assert Counter(week.nights.got()) - before == {**once(), **once(40, 60)}
    passes(week, AFTER_THE_KILL)
    assert week.nights.koosend("verify", week.nights.desk.campaign).exit == 0
