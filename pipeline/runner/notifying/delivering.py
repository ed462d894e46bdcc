"""Bring a run's report to whoever is to read it: into a folder, or attached to a message."""

import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import KoosendError, ReportUnwritable
from pipeline.core.times import in_china
from pipeline.language import filled, system_words
from pipeline.notify.addresses import digest_of
from pipeline.ports import NoticeKind, RunRecord
from pipeline.report.drafts import Drafts
from pipeline.report.file_names import PAGE_FILE, WORKBOOK_FILE
from pipeline.runner.commands.report import write_to_show
from pipeline.runner.notifying import words
from pipeline.runner.notifying.desk import scene_of
from pipeline.runner.notifying.happenings import Scene
from pipeline.runner.notifying.recipients import named_in
from pipeline.runner.notifying.telling import TRIED_FOR_S, leave_once
from pipeline.runner.scheduling.told import is_elsewhere
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.outside import Outside
from pipeline.runner.session.place import Place, is_trial, run_folder
from pipeline.runner.session.result import RunReport
from pipeline.settings import Campaign


@dataclass(frozen=True, slots=True)
class Delivery:
    """Of what a report is brought: a run, as its ledger stands, and in which words."""

    campaign: Campaign
    place: Place
    scene: Scene
    record: RunRecord
    is_closed: bool

    @property
    def names(self) -> tuple[str, str]:
        """Name workbook and page as others meet them: by campaign and date, marks first."""
        marks = marks_of(self.record)
        plain = re.sub(r"[^\w-]+", "-", self.campaign.name).strip("-") or "campaign"
        day = f"{in_china(self.record.plan.planned_at):%Y-%m-%d}"
        stem = f"{marks.prefix}{plain}-{day}-{self.record.plan.run}"
        return f"{stem}-{WORKBOOK_FILE}", f"{stem}-{PAGE_FILE}"


def deliver_reports(
    place: Place, reports: Sequence[RunReport], outside: Outside, *, of_night: bool
) -> KoosendError | None:
    """Bring the reports of runs whose books are closed, and of a night's own run in any case.

    The night's run comes first. Returns why a folder could not be written.
    """
    campaign = place.campaign
    if campaign is None or not (campaign.report.deliver_to or campaign.report.deliver_env):
        return None
    scene = scene_of(campaign, outside.clock)
    failed = None
    for no, report in enumerate(reports):
        record = report.record
        is_closed = record.finished_at is not None and not report.books.open_rows
        if is_elsewhere(report) or is_trial(record) or not (is_closed or (of_night and no == 0)):
            continue
        delivery = Delivery(campaign, place, scene, record, is_closed)
        failed = deliver(delivery, outside) or failed
    return failed


def deliver(delivery: Delivery, outside: Outside) -> KoosendError | None:
    """Bring it to the folder and to the addresses that the campaign names.

    Returns why the folder could not be written; an address that fails is only noted.
    """
    report = delivery.campaign.report
    try:
        if report.deliver_to and _is_stale(delivery, Path(report.deliver_to)):
            _write(delivery, Path(report.deliver_to))
        if report.deliver_env:
            with tempfile.TemporaryDirectory(prefix="koosend-") as folder:
                _write(delivery, Path(folder))
                for sentence in _send(delivery, Path(folder), outside):
                    outside.ui.note(sentence)
    except KoosendError as error:
        return error
    except OSError as error:
        return ReportUnwritable(
            filled("the report cannot be delivered ({why})", why=system_words(error))
        )
    return None


def _is_stale(delivery: Delivery, folder: Path) -> bool:
    """Tell whether the run has newer reports than those that the folder has of it."""
    prefix = marks_of(delivery.record).prefix
    own = run_folder(delivery.place.state, delivery.record.plan.run) / f"{prefix}{PAGE_FILE}"
    try:
        return (folder / delivery.names[1]).stat().st_mtime_ns < own.stat().st_mtime_ns
    except OSError:
        return True


def _write(delivery: Delivery, folder: Path) -> None:
    """Put both files into a folder, whole or not at all. Raises ReportUnwritable."""
    workbook, page = delivery.names
    record, place = delivery.record, delivery.place
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReportUnwritable(
            filled(
                "the folder {folder} (report.deliver_to) cannot be made ({why})",
                folder=folder,
                why=system_words(error),
            )
        ) from None
    if not delivery.campaign.report.deliver_unmasked:
        write_to_show(place, record.plan.run, (folder / workbook, folder / page))
        return
    kept, prefix = run_folder(place.state, record.plan.run), marks_of(record).prefix
    try:
        with Drafts(folder) as drafts:
            for own, name in ((WORKBOOK_FILE, workbook), (PAGE_FILE, page)):
                drafts.path(name).write_bytes((kept / f"{prefix}{own}").read_bytes())
            drafts.publish()
    except OSError as error:
        raise ReportUnwritable(
            filled(
                "the report cannot be copied to {folder} ({why})",
                folder=folder,
                why=system_words(error),
            )
        ) from None


def _send(delivery: Delivery, folder: Path, outside: Outside) -> Sequence[str]:
    """Attach both files to a message, once for each run, and once more when its books closed."""
    found = named_in(delivery.campaign.report.deliver_env, os.environ, "report.deliver_env")
    run, book = delivery.record.plan.run, delivery.place.ledger.notices
    key = f"{run}:{'closed' if delivery.is_closed else 'sent'}"
    said = words.REPORT_CLOSED if delivery.is_closed else words.REPORT
    notice = delivery.scene.notice(NoticeKind.REPORT, key, [said], run)
    troubles = list(found.troubles)
    if not found.addresses:
        return troubles
    book.add(notice, [digest_of(address) for address in found.addresses])
    now = outside.clock.now()
    known = book.kept(notice.campaign, now - TRIED_FOR_S)
    files = tuple(str(folder / name) for name in delivery.names)
    for kept in known:
        if (kept.notice.kind, kept.notice.key) == (notice.kind, key):
            troubles += leave_once(book, kept, found.addresses, outside.clock, files)
    return troubles
