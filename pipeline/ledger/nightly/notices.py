"""Keep a campaign's nights, and what was told of them, in the ledger."""

from collections.abc import Sequence
from dataclasses import asdict

from pipeline.ledger.sqlite.database import Book
from pipeline.ports.notices import KeptNotice, Night, Notice, NoticeKind, NoticeStep, NoticeTry

_MAY_BE_TRIED = {None, NoticeStep.NOT_LEFT}


class NoticeLedger(Book):
    """The port NoticeBook, on the ledger's file."""

    def begin_night(self, night: Night) -> int:
        with self._database.transaction():
            return self._database.insert("begin_night", asdict(night))

    def end_night(self, no: int, at: float, exit_code: int, run: str) -> None:
        known = {"night": no, "at": at, "exit_code": exit_code, "run": run}
        with self._database.transaction():
            self._database.do("end_night", known)

    def nights(self, campaign: str, since: float = 0.0) -> tuple[Night, ...]:
        rows = self._database.all("nights", {"campaign": campaign, "since": since})
        return tuple(Night(*row) for row in rows)

    def latest_nights(self) -> tuple[Night, ...]:
        return tuple(Night(*row) for row in self._database.all("latest_nights"))

    def add(self, notice: Notice, addresses: Sequence[str]) -> bool:
        with self._database.transaction():
            if not self._database.do("add_notice", asdict(notice)):
                return False
            no = self._database.value("notice_no", asdict(notice))
            pairs = [(no, address) for address in addresses]
            self._database.do_many("add_notice_address", pairs)
            return True

    def kept(self, campaign: str, since: float) -> tuple[KeptNotice, ...]:
        with self._database.snapshot():
            rows = self._database.all("notices", {"campaign": campaign, "since": since})
            return tuple(self._kept(*row) for row in rows)

    def _kept(self, no: int, campaign: str, kind: str, *rest: object) -> KeptNotice:
        key, run, at, subject, text = rest
        assert isinstance(at, float)  # noqa: S101 -- the column is REAL
        told = (str(subject), str(text))
        notice = Notice(campaign, NoticeKind(kind), str(key), str(run), at, *told)
        of_it = {"notice": no}
        tries: dict[str, list[NoticeTry]] = {
            address: [] for (address,) in self._database.all("notice_addresses", of_it)
        }
        for address, tried_at, step, why in self._database.all("notice_steps", of_it):
            tries[address].append(NoticeTry(tried_at, NoticeStep(step), why))
        return KeptNotice(no, notice, tries)

    def intend(self, no: int, address: str, at: float) -> bool:
        of_it = {"notice": no, "address": address}
        with self._database.transaction():
            before = self._database.value("latest_notice_step", of_it)
            if before not in _MAY_BE_TRIED:
                return False
            self._add(no, address, NoticeTry(at, NoticeStep.INTENDED))
            return True

    def conclude(self, no: int, address: str, outcome: NoticeTry) -> None:
        with self._database.transaction():
            self._add(no, address, outcome)

    def _add(self, no: int, address: str, step: NoticeTry) -> None:
        self._database.do("add_notice_step", {"notice": no, "address": address, **asdict(step)})
