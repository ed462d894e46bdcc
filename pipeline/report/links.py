"""Write the links that somebody else's SMS is to carry: links.csv."""

import csv
from collections.abc import Mapping
from typing import IO

from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, Recipients, Route
from pipeline.ports import Ledger, RunRecord, Submission
from pipeline.report.texts.safe import safe_cell

LINK_COLUMNS = ("sheet", "row", "phone", "link")
"""links.csv, in front of the columns whose values the card shows."""


def has_links(record: RunRecord) -> bool:
    """Tell whether a run makes links for somebody else's SMS."""
    return record.plan.message.channel is Channel.LINKS_ONLY


def write_links(ledger: Ledger, record: RunRecord, file: IO[str]) -> int:
    """Write one line for each link that was made, in source order; count them.

    Values stand as they are in the card. Every cell is safe to open.
    """
    run = record.plan.run
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow((*LINK_COLUMNS, *map(safe_cell, record.plan.message.fields)))
    made = 0
    for block in ledger.outcomes(run):
        for chunk in dict.fromkeys(sent.chunk for sent in block.table if _makes_links(sent)):
            links = ledger.routes.links(run, chunk)
            values = _values(ledger.recipients(run, chunk))
            for at, index in enumerate(block.submissions):
                row = block.rows[at]
                if index < 0 or block.table[index].chunk != chunk or row not in links:
                    continue
                phone = safe_cell(block.phones[at])
                place = (safe_cell(block.sheets[at]), block.lines[at], phone)
                writer.writerow((*place, safe_cell(links[row]), *map(safe_cell, values[row])))
                made += 1
    return made


def _makes_links(sent: Submission) -> bool:
    return sent.route is Route.MAIN and sent.state is State.ACCEPTED


def _values(recipients: Recipients) -> Mapping[int, tuple[str, ...]]:
    rows = zip(*recipients.values, strict=True) if recipients.values else ((),) * len(recipients)
    return dict(zip(recipients.rows, rows, strict=True))
