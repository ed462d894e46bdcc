"""The ledger in memory: links, handsets, and the ways that recipients go."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from pipeline.core.answer import NewsKind
from pipeline.core.errors import KoosendError
from pipeline.core.lifecycle import State
from pipeline.core.model import Chunk, PlannedSubmission, Route, RunId
from pipeline.core.outcome import Fact
from pipeline.ports import Continuation, Submission
from pipeline.testing.ledger_run import Key, MemoryRun


class MemoryRouting:
    """The part of the fake Ledger that knows links and handsets."""

    def __init__(self, count_write: Callable[[], None], runs: dict[RunId, MemoryRun]) -> None:
        """Start knowing nothing."""
        self._before_remembering = count_write
        self._routed_runs = runs
        self._handsets: dict[tuple[str, str], tuple[float, NewsKind]] = {}

    def links(self, run: RunId, chunk: int) -> Mapping[int, str]:
        """Return the links by row that a chunk's submissions made."""
        made = self._routed_runs[run].links
        return {
            row: link for key in sorted(made) if key[0] == chunk for row, link in made[key].items()
        }

    def unlinked(self, run: RunId) -> tuple[int, ...]:
        """List the chunks that make links and have not gone on with them."""
        found = self._routed_runs[run]
        making = {key[0] for key, one in found.submissions.items() if one.route is Route.PARSE}
        return tuple(sorted(making - found.continued))

    def makers(self, run: RunId, submission: Submission) -> tuple[Submission, ...]:
        """List the accepted submissions that made the links which a submission carries."""
        if submission.route is not Route.LINKED:
            return ()
        known = self._routed_runs[run].submissions
        return tuple(
            one
            for key, one in sorted(known.items())
            if key[0] == submission.chunk
            and one.route is Route.PARSE
            and one.state is State.ACCEPTED
            and one.start < submission.stop
            and one.stop > submission.start
        )

    def remember_capabilities(
        self, template: str, at: float, known: Mapping[str, NewsKind]
    ) -> None:
        """Keep what handsets were said to be able to."""
        self._before_remembering()
        self._handsets.update(((template, phone), (at, kind)) for phone, kind in known.items())

    def capabilities(
        self, template: str, phones: Sequence[str], since: float
    ) -> Mapping[str, NewsKind]:
        """Return what is known of numbers' handsets since a time."""
        found = ((phone, self._handsets.get((template, phone))) for phone in phones)
        return {phone: said[1] for phone, said in found if said and said[0] >= since}


def positions_of(planned: PlannedSubmission) -> Sequence[int]:
    """Return the positions of its chunk that a submission carries. Raises where it has none."""
    positions = planned.positions
    if not positions or (positions[0], positions[-1] + 1) != (planned.start, planned.stop):
        raise KoosendError(f"submission {planned.submission} has positions outside its span")
    return positions


def add_submission(
    run: MemoryRun, chunk: int, planned: PlannedSubmission, at: float
) -> tuple[Key, Sequence[int]]:
    """Add a submission, given up at once where it is to be sent to nobody."""
    key = (chunk, planned.submission)
    skipped = planned.route is Route.SKIP
    run.submissions[key] = Submission(
        *key,
        planned.start,
        planned.stop,
        State.ABANDONED if skipped else State.PLANNED,
        0,
        concluded_at=at if skipped else None,
        code=planned.reason if skipped else "",
        route=planned.route,
        picked=planned.picked,
    )
    return key, positions_of(planned)


def explained(chunk: Chunk | Continuation, positions: Sequence[int]) -> dict[int, tuple[Fact, ...]]:
    """Return why recipients go another way, by row."""
    return {
        chunk.recipients.rows[at]: (Fact(NewsKind(chunk.facts[at][0]), chunk.facts[at][1], "", ""),)
        for at in positions
        if at in chunk.facts
    }


def continue_chunk(run: MemoryRun, going: Continuation) -> list[tuple[Key, Sequence[int]]]:
    """Go on with a chunk's links; return the submissions that were added."""
    chunk = run.chunks.get(going.chunk)
    if chunk is None or going.chunk in run.continued:
        raise KoosendError(f"chunk {going.chunk} cannot go on: it is not there, or has gone on")
    run.continued.add(going.chunk)
    run.chunks[going.chunk] = replace(chunk, recipients=going.recipients)
    added = [add_submission(run, going.chunk, one, going.at) for one in going.submissions]
    for key, positions in added:
        for at in positions:
            run.of_row[going.recipients.rows[at]] = (key, at)
    return added
