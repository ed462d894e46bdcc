"""Whether the submissions of each chunk carry each of its positions once."""

from collections.abc import Iterator, Sequence

from pipeline.core.model import Route
from pipeline.ports import Submission


def covered(submissions: Sequence[Submission]) -> dict[int, int]:
    """Count the positions of each chunk that some submission carries."""
    found: dict[int, set[int]] = {}
    for one in submissions:
        found.setdefault(one.chunk, set()).update(one.positions)
    return {chunk: len(positions) for chunk, positions in found.items()}


def unequal_cover(submissions: Sequence[Submission]) -> Iterator[tuple[str, str]]:
    """Yield where a position is carried twice or by nobody, and a sentence about it.

    Making a link and sending it are two steps of one way, so that a position may be in one
    submission of either kind.
    """
    carried: dict[tuple[int, bool], set[int]] = {}
    for one in submissions:
        where = f"chunk {one.chunk}, submission {one.submission}"
        positions = set(one.positions)
        before = carried.setdefault((one.chunk, one.route is Route.PARSE), set())
        if not positions:
            yield where, "it carries nobody"
        if positions & before:
            yield where, f"it carries position {min(positions & before)} as another one does"
        before |= positions
    for chunk in dict.fromkeys(chunk for chunk, _ in carried):
        both = carried.get((chunk, False), set()) | carried.get((chunk, True), set())
        missing = set(range(max(both, default=-1) + 1)) - both
        if missing:
            yield f"chunk {chunk}", f"nothing carries position {min(missing)}"
