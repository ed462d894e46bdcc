"""Whether the submissions of each chunk carry each of its positions once."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.core.lifecycle import State
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
    submission of either kind. What was split keeps only whom it withheld; its parts carry the rest.
    """
    carried: dict[tuple[int, bool], set[int]] = {}
    kept: Counter[int] = Counter()
    ends: dict[int, int] = {}
    for one in submissions:
        if one.state is State.SPLIT:
            kept[one.chunk] += len(one.withheld)
            ends[one.chunk] = max(one.stop, ends.get(one.chunk, 0))
            continue
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
        end = max(ends.get(chunk, 0), max(both, default=-1) + 1)
        missing = set(range(end)) - both
        if len(missing) > kept[chunk]:
            yield f"chunk {chunk}", f"nothing carries position {min(missing)}"
