"""The daily counts by card template (ListAimSendReports): of the whole account, not of a task."""

from collections.abc import Sequence
from typing import Final

import msgspec

from pipeline.core.answer import DayCount
from pipeline.koomessage.decoding import count, text
from pipeline.koomessage.lists import LIMIT, Item, Page, read_data

PATH: Final = "/v1/aim/send-reports"
_DAILY: Final = "1"
_DAY_CHARS: Final = len("2026-11-22")


def encode(template: str, begin: str, end: str, offset: int) -> bytes:
    """Encode the question for one page; times are 2026-11-22T00:00:00Z.

    Without a template it is about all of the account's.
    """
    return msgspec.json.encode(
        {
            "report_type": _DAILY,
            **({"tpl_id": template} if template else {}),
            "begin_time": begin,
            "end_time": end,
            "offset": offset,
            "limit": LIMIT,
        }
    )


def read(body: bytes) -> Page:
    """Read a page. Raises Unreadable."""
    return read_data(body, "data_list")


def counts(rows: Sequence[Item], template: str) -> tuple[DayCount, ...]:
    """Return the days of one template; a row that names no day or count is passed over."""
    found = []
    for row in rows:
        day = text(row.get("report_time"))[:_DAY_CHARS]
        submitted = count(row.get("submission_count"))
        if day and submitted is not None and text(row.get("tpl_id")) in ("", template):
            found.append(DayCount(day, submitted))
    return tuple(found)
