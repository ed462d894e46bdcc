"""Wait for a list to be there, and to be whole: half an upload is a list to a program."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import SourceDamaged, SourceMissing
from pipeline.core.text import span_text
from pipeline.core.times import HOUR_S
from pipeline.language import Text, filled, joined
from pipeline.reader.files.source import source_files
from pipeline.runner.session.outside import Outside
from pipeline.settings import Campaign

_LOOK_S = 10.0
"""How often a list that is waited for is looked at, so that its arrival is noticed soon."""

UNSETTLED_S_MAX = HOUR_S
"""No upload of a list takes longer; what changes for so long is no list."""


async def arrive(campaign: Campaign, outside: Outside) -> None:
    """Return once the source and its done_marker are there, and were not written to for a while.

    Raises SourceMissing where they are not there in time, and SourceDamaged for a source that
    does not stop to change.
    """
    await _until_there(campaign, outside)
    if campaign.settled_s:
        await _until_settled(campaign, outside)


async def _until_there(campaign: Campaign, outside: Outside) -> None:
    source, clock = campaign.source, outside.clock
    deadline = clock.monotonic() + source.wait_s
    told = False
    while missing := _missing(campaign):
        rest_s = deadline - clock.monotonic()
        if rest_s <= 0:
            waited = (
                filled(", and was waited for {span}", span=span_text(source.wait_s))
                if source.wait_s
                else ""
            )
            raise SourceMissing(joined(missing, waited), "KS6605" if waited else "")
        if not told:
            outside.ui.note(
                filled(
                    "{missing} yet; waiting for it, for up to {span}",
                    missing=missing,
                    span=span_text(rest_s),
                )
            )
            told = True
        await clock.sleep(min(rest_s, _LOOK_S))


def _missing(campaign: Campaign) -> Text:
    """Say what is not there; empty where all is."""
    source = campaign.source
    try:
        files = source_files(source.path)
    except SourceMissing as missing:
        return missing.text
    for file in files:
        if not _is_there(file.path):
            return filled("{path} is not there", path=file.path)
    if source.done_marker is not None and not _is_there(source.done_marker):
        return filled(
            "{done_marker}, by which {file} is complete, is not there",
            done_marker=source.done_marker,
            file=source.path.name,
        )
    return Text()


def _is_there(path: Path) -> bool:
    """Tell whether a file is there; one that cannot be looked at is, so that reading says why."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True
    return True


@dataclass(frozen=True, slots=True)
class _Look:
    """A source's files as they are: names, sizes, and when they were written and changed, in ns."""

    files: tuple[tuple[str, int, int, int], ...]

    @classmethod
    def at(cls, campaign: Campaign) -> "_Look":
        found = []
        for file in source_files(campaign.source.path):
            try:
                known = file.path.stat()
            except (OSError, ValueError):
                continue  # reading it says what is wrong with it
            stamps = known.st_size, known.st_mtime_ns, known.st_ctime_ns
            found.append((str(file.path), *stamps))
        return cls(tuple(found))

    def touched_at(self) -> float:
        """Return when one of them was last written or changed, in epoch seconds."""
        stamps = (max(written, changed) for _, _, written, changed in self.files)
        return max(stamps, default=0) / 1e9


async def _until_settled(campaign: Campaign, outside: Outside) -> None:
    clock, settled_s = outside.clock, campaign.settled_s
    seen, since = _Look.at(campaign), clock.monotonic()
    until, told = since + settled_s + UNSETTLED_S_MAX, False
    while True:
        # By the files' own times, or by what was watched: their clock may be ahead of ours.
        quiet_s = max(clock.now() - seen.touched_at(), clock.monotonic() - since)
        rest_s = settled_s - quiet_s
        if rest_s <= 0:
            return
        if clock.monotonic() >= until:
            raise SourceDamaged(
                filled(
                    "{path} is written to again and again, and was not left alone for "
                    "{span} within {span_2}; run again once it is complete, or set "
                    "[source] settled_s",
                    path=campaign.source.path,
                    span=span_text(settled_s),
                    span_2=span_text(UNSETTLED_S_MAX),
                ),
                "KS6510",
            )
        if not told:
            outside.ui.note(
                filled(
                    "{file} was written to just now; waiting {span} to see that it is "
                    "complete ([source] settled_s)",
                    file=campaign.source.path.name,
                    span=span_text(rest_s),
                )
            )
            told = True
        await clock.sleep(min(rest_s, _LOOK_S))
        now = _Look.at(campaign)
        if now != seen:
            seen, since = now, clock.monotonic()
