"""Read drawn lists and count what became of them."""

import io
import random
from collections import Counter
from dataclasses import dataclass, field

from pipeline.core.errors import SourceDamaged
from pipeline.reader.files.encoding import decide, decoded
from tests.campaigns.encodings.draws import ENCODINGS, MIXED, READ, Drawn, cut_off, mixed, one

ROWS = (1, 1, 1, 2, 3, 5, 8, 20, 60, 200)
"""A list has one of these numbers of rows; one row is the hardest to tell."""

REFUSED_OF_ONE_ROW_MAX = 0.25
REFUSED_FROM_FIVE_ROWS_MAX = 0.01
_FEW, _SEVERAL = "one row", "five rows and more"


@dataclass(slots=True)
class Findings:
    """What became of drawn lists: counts by kind, size and end, and the lists read wrongly."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    wrong: list[Drawn] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)

    def add(self, drawn: Drawn) -> None:
        """Read a list."""
        end, sentence = read(drawn)
        if end == "refused" and drawn.kind in READ:
            self.sentences.append(sentence)
        size = _FEW if drawn.rows == 1 else _SEVERAL if drawn.rows >= 5 else "two to four rows"
        self.counts[drawn.kind, size, end] += 1
        if end == "wrong":
            self.wrong.append(drawn)

    def refused(self, kind: str, size: str) -> float:
        """Return the share of lists that were refused."""
        refused, right = (self.counts[kind, size, end] for end in ("refused", "right"))
        return refused / max(refused + right, 1)

    @property
    def faults(self) -> list[str]:
        """Say where the bars are missed."""
        found = [
            f"{drawn.kind}, {drawn.rows} rows, read wrongly:\n{drawn.text[:200]}"
            for drawn in self.wrong
        ]
        for kind in READ:
            for size, most in (
                (_FEW, REFUSED_OF_ONE_ROW_MAX),
                (_SEVERAL, REFUSED_FROM_FIVE_ROWS_MAX),
            ):
                share = self.refused(kind, size)
                # A single one in a short campaign proves nothing.
                if share > most and self.counts[kind, size, "refused"] > 1:
                    found.append(
                        f"{kind}, {size}: {share:.1%} refused, and at most {most:.0%} may be"
                    )
        return found


def campaign(lists: int, seed: int = 1) -> Findings:
    """Draw so many lists, of every encoding alike, and read them."""
    chance = random.Random(seed)  # noqa: S311 -- made-up lists, no secret
    findings = Findings()
    kinds = [*ENCODINGS, *MIXED, None]
    for at in range(lists):
        kind, rows = kinds[at % len(kinds)], chance.choice(ROWS)
        if kind is None:
            findings.add(cut_off(chance, rows))
        elif isinstance(kind, str):
            findings.add(one(chance, kind, rows))
        else:
            findings.add(mixed(chance, *kind, rows))
    return findings


def read(drawn: Drawn) -> tuple[str, str]:
    """Return how a list was read: right, wrong or refused; and in which words it was refused."""
    file = io.BytesIO(drawn.content)
    try:
        encoding = decide(file, "auto", "list.csv")
    except SourceDamaged as refused:
        return "refused", str(refused)
    file.seek(0)
    return ("right" if "".join(decoded(file, encoding)) == drawn.text else "wrong"), ""
