"""Hold the size of a list against those of the campaign's last runs."""

import json
from dataclasses import dataclass
from statistics import median

from pipeline.language import Text, Words, filled
from pipeline.runner.earlier.repeats import Neighbours
from pipeline.runner.lists.damage import Damage
from pipeline.runner.planning.find import ABOVE
from pipeline.settings import Campaign

_RUNS_MIN = 2
"""From the third run on it is known what is usual."""

_RUNS_MAX = 7
"""A week of nights: what was usual before that may have changed."""


@dataclass(frozen=True, slots=True)
class UsualSize:
    """How many rows the lists of a campaign's last runs had; empty where it had too few runs."""

    rows: tuple[int, ...] = ()

    @classmethod
    def of(cls, campaign: Campaign, known: Neighbours) -> "UsualSize":
        """Look at the campaign's own runs by this account: no rerun, no mended rows, no trial."""
        found = sorted(
            (record.plan.planned_at, record.rows)
            for _, record in known.runs()
            if record.plan.campaign == campaign.name
            and not any(key in json.loads(record.plan.meaning) for key in ABOVE)
        )
        rows = tuple(rows for _, rows in found[-_RUNS_MAX:])
        return cls(rows if len(rows) >= _RUNS_MIN else ())

    def sentence(self, campaign: Campaign, found: Damage) -> Text:
        """Say that a list is far smaller or larger, by its rows as found; empty where it is not."""
        share, rows = campaign.limits.usual_share, found.rows
        usual = median(self.rows) if self.rows else 0
        if not usual or usual * share <= rows <= usual / (share or 1e-9):
            return Text()
        size = Words("smaller") if rows < usual else Words("larger")
        return filled(
            "{found} has {rows} {rows:row|rows}, far {size} than the last {rows_2} "
            "lists of this campaign with about {usual}",
            found=found.name,
            rows=rows,
            size=size,
            rows_2=str(len(self.rows)),
            usual=f"{usual:,.0f}",
        )
