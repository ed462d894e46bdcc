"""Judge what a probe saw of the names in lists, and of searching for them; pure."""

import re
from typing import Final

from pipeline.koomessage.decoding import text
from pipeline.koomessage.lists import Page
from pipeline.koomessage.probe.findings import NO_TASK, Found, as_assumed, differs, unmeasured
from pipeline.koomessage.probe.judge import bears, why_not
from pipeline.koomessage.probe.look import ListSeen, NameSeen, Told
from pipeline.language import Words, filled

_OURS: Final = re.compile(r"[0-9a-z]{8}-[0-9a-z]{7}-[0-9a-z]{2,3}")
"""The form of our own names, which hold small letters only (core/naming)."""


def judge_names(seen: ListSeen) -> Found:
    """Judge whether each row bears its task's name, as it was given."""
    if seen.timed.trouble is not None and not seen.timed.rows:
        return unmeasured(why_not(seen.timed.trouble))
    shown = [row.get("task_name") for row in seen.timed.rows]
    if not shown:
        return unmeasured(NO_TASK)
    nameless = sum(not text(name) for name in shown)
    if nameless:
        return differs(
            filled(
                "{nameless} of {rows} {rows:row|rows} without the task's name",
                nameless=str(nameless),
                rows=len(shown),
            )
        )
    if any(isinstance(name, str) and name != name.strip() for name in shown):
        return differs(Words("names with blanks around them"))
    if any(_is_ours_in_capitals(text(name)) for name in shown):
        return differs(Words("names of koosend's form in capitals"))
    return as_assumed(filled("{rows} {rows:row|rows}, each with its task's name", rows=len(shown)))


def judge_filter(seen: ListSeen) -> Found:
    """Judge the filter by names that the list itself shows, and by one that nobody has."""
    if not seen.names:
        trouble = seen.timed.trouble
        why = NO_TASK if not seen.timed.rows else Words("the list shows no name to search for")
        return unmeasured(why if trouble is None else why_not(trouble))
    asked: list[Told | None] = [name.exact for name in seen.names]
    asked += [answer for name in seen.names for answer in (name.shorter, name.part, name.other)]
    for answer in (seen.nobody, *asked):
        if answer is not None and not isinstance(answer, Page):
            return unmeasured(why_not(answer))
    if isinstance(seen.nobody, Page) and seen.nobody.rows:
        rows = filled("{rows} {rows:row|rows}", rows=len(seen.nobody.rows))
        return differs(filled("ignored: a name that nobody has brings {rows}", rows=rows))
    names = filled("{names} {names:name|names}", names=len(seen.names))
    missed = sum(not _finds(name.exact, name) for name in seen.names)
    if missed:
        return differs(
            filled(
                "{missed} of {names} that the list shows not found", missed=str(missed), names=names
            )
        )
    loose = _loose(seen)
    if loose:
        return differs(filled("not exact: {loose} finds a name, too", loose=" and ".join(loose)))
    return as_assumed(filled("exact, seen with {names}", names=names))


def _loose(seen: ListSeen) -> list[str]:
    """Name what finds a name besides the name itself."""
    found = {
        Words("its beginning"): any(_finds(name.shorter, name) for name in seen.names),
        Words("a part of it"): any(_finds(name.part, name) for name in seen.names),
        Words("another case"): any(_finds(name.other, name) for name in seen.names),
    }
    others = any(_brings_others(name) for name in seen.names)
    return [
        *(what for what, is_found in found.items() if is_found),
        *[Words("another name")] * others,
    ]


def _finds(answer: Told | None, name: NameSeen) -> bool:
    return isinstance(answer, Page) and bears(answer, name.name)


def _brings_others(name: NameSeen) -> bool:
    rows = name.exact.rows if isinstance(name.exact, Page) else ()
    return any(text(row.get("task_name")).casefold() != name.name.casefold() for row in rows)


def _is_ours_in_capitals(name: str) -> bool:
    return name != name.lower() and bool(_OURS.fullmatch(name.lower()))
