"""Judge what a probe saw of rights, pages and spans; pure, and nothing is guessed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import assert_never

from pipeline.core.answer import Hindrance, Unanswered
from pipeline.core.text import span_text
from pipeline.koomessage.decoding import clean, count, text
from pipeline.koomessage.lists import LIMIT, WINDOW, Item, Page, identity_of
from pipeline.koomessage.probe.findings import (
    NO_TASK,
    Found,
    Verdict,
    as_assumed,
    differs,
    unmeasured,
)
from pipeline.koomessage.probe.look import (
    SPAN_S,
    Denied,
    KnownName,
    ListSeen,
    Pages,
    Reach,
    TaskList,
    Told,
)
from pipeline.koomessage.transport.clock_skew import is_apart
from pipeline.language import Words, filled, listed

_CHANGED = Words("the list changed meanwhile; ask again while nothing is sent")
_UNAUTHORISED = 401
_EDGE = timedelta(days=2)
"""Times bear no zone that could be relied on: nobody is judged by so much at a span's edge."""


def judge_clock(ahead_s: float | Unanswered) -> Found:
    """Judge how far this machine's clock is ahead."""
    if isinstance(ahead_s, Unanswered):
        return unmeasured(ahead_s.why)
    way = "ahead" if ahead_s > 0 else "behind"
    said = f"{abs(ahead_s):.0f} s {way}" if round(ahead_s) else Words("equal to the second")
    return differs(said) if is_apart(ahead_s) else as_assumed(said)


def judge_right(answer: Told, *, is_needed: bool) -> Found:
    """Judge whether a question may be put and its answer can be read."""
    match answer:
        case Page():
            return as_assumed(Words("allowed"))
        case Denied():
            found = differs(
                filled("refused: HTTP {status} {code}", status=str(answer.status), code=answer.code)
            )
        case Unanswered() if answer.hindrance is not None or answer.wait_s is not None:
            return unmeasured(answer.why)
        case Unanswered():
            found = differs(f"unreadable: {answer.why}")
        case _:
            assert_never(answer)
    if is_needed:
        return found
    return Found(
        Verdict.UNNEEDED,
        filled("{measured}; this campaign does not need it", measured=found.measured),
    )


def judge_offset(pages: Pages) -> Found:
    """Judge whether an offset counts rows: at n - 1 stands the last row, at n none of the n."""
    seen = _comparable(pages, pages.last, pages.after)
    if isinstance(seen, str):
        return unmeasured(seen)
    shown, ending, beyond = map(_ids, seen)
    if set(beyond) & set(shown) or (len(shown) > 1 and set(ending) & set(shown[:-1])):
        return differs(Words("ignored or inexact: rows come again that the first page showed"))
    if ending[:1] != shown[-1:]:
        return differs(Words("the page at the last row's offset does not begin with that row"))
    if len(shown) == 1:
        return unmeasured(
            Words("one row alone does not tell offsets of rows from offsets of pages")
        )
    return as_assumed(
        filled(
            "counts rows: seen at {shown} and {shown_2}",
            shown=str(len(shown) - 1),
            shown_2=str(len(shown)),
        )
    )


def judge_total(pages: Pages) -> Found:
    """Judge whether the total is given, is steady, and counts the list rather than the page."""
    seen = _comparable(pages, pages.last, pages.after, pages.single)
    if isinstance(seen, str):
        return unmeasured(seen)
    totals = [page.total for page in seen]
    if None in totals:
        return differs(Words("not given"))
    if len(set(totals)) == 1:
        total, rows = totals[0] or 0, len(seen[0].rows)
        if total < rows:
            return differs(
                filled("{total} for a page of {rows} {rows:row|rows}", total=str(total), rows=rows)
            )
        return as_assumed(filled("given, steady, of the list: {total}", total=total))
    if totals == [len(page.rows) for page in seen]:
        return differs(Words("counts the page and not the list"))
    return differs(filled("not steady: {totals}", totals=listed([str(total) for total in totals])))


def judge_window(of: TaskList, pages: Pages) -> Found:
    """Judge what stands past the window: an empty page, and no error."""
    if isinstance(pages.beyond, Denied):
        return differs(
            filled(
                "refused: HTTP {status} {code}",
                status=str(pages.beyond.status),
                code=pages.beyond.code,
            )
        )
    seen = _comparable(pages, pages.beyond)
    if isinstance(seen, str):
        return unmeasured(seen)
    first, beyond = seen
    rows = len(beyond.rows)
    if not rows:
        return as_assumed(filled("an empty page at offset {window}", window=WINDOW))
    is_longer = not set(_ids(beyond)) & set(_ids(first))
    if is_longer and not of.is_windowed:
        return as_assumed(
            filled(
                "{rows} {rows:more row|more rows} at offset {window}: the list is longer",
                rows=rows,
                window=WINDOW,
            )
        )
    return differs(filled("{rows} {rows:row|rows} at offset {window}", rows=rows, window=WINDOW))


def judge_limit(pages: Pages) -> Found:
    """Judge whether a page holds as many rows as were asked for, where there are as many."""
    seen = _comparable(pages, pages.single, pages.after)
    if isinstance(seen, str):
        return unmeasured(seen)
    first, short, after = seen
    rows, single = len(first.rows), len(short.rows)
    if single != 1:
        return differs(filled("a limit of 1 brings {rows} {rows:row|rows}", rows=single))
    if rows > LIMIT:
        return differs(
            filled("a limit of {limit} brings {rows} rows", limit=str(LIMIT), rows=str(rows))
        )
    is_cut = bool(after.rows) and not set(_ids(after)) & set(_ids(first))
    if rows < LIMIT and is_cut:
        return differs(
            filled(
                "a limit of {limit} brings {rows} {rows:row|rows}, though there are more",
                limit=str(LIMIT),
                rows=rows,
            )
        )
    return as_assumed(filled("as asked for, seen with 1 and {rows}", rows=str(rows)))


def judge_span(seen: ListSeen, now: datetime) -> Found:
    """Judge whether begin and end are followed, and say how far back the list goes.

    now is in UTC, without a zone, as the lists' times are read.
    """
    if isinstance(seen.ahead, Page) and seen.ahead.rows:
        rows = filled("{rows} {rows:row|rows}", rows=len(seen.ahead.rows))
        return differs(filled("begin and end are ignored: {rows} of two days from now", rows=rows))
    for trouble in (seen.untimed.trouble, seen.timed.trouble, seen.ahead):
        if isinstance(trouble, Denied | Unanswered):
            return unmeasured(why_not(trouble))
    if not seen.untimed.rows and not seen.timed.rows:
        return unmeasured(NO_TASK)
    missing = _missing(seen, now)
    if missing:
        return differs(
            filled("{rows} {rows:row|rows} shown without times, not with 30 days", rows=missing)
        )
    return as_assumed(
        filled(
            "oldest without times: {of_}; in 30 days: {of__2}",
            of_=_oldest(seen.of, seen.untimed),
            of__2=_oldest(seen.of, seen.timed),
        )
    )


def judge_known(asked: Sequence[tuple[KnownName, Told]], now: float, settle_s: float) -> Found:
    """Judge whether names that were taken are found; a young one may not be listed yet."""
    if not asked:
        return unmeasured(
            Words("this machine knows no task of the account that could be asked for")
        )
    for _, answer in asked:
        if not isinstance(answer, Page):
            return unmeasured(why_not(answer))
    missing = [
        known
        for known, answer in asked
        if isinstance(answer, Page) and not bears(answer, known.name)
    ]
    old = [known for known in missing if now - known.at > settle_s]
    if old:
        ages = listed(span_text(now - known.at) for known in old)
        return differs(
            filled(
                "{names} {names:name|names} known to be taken not found, {ages} old",
                names=len(old),
                ages=ages,
            )
        )
    if missing:
        return unmeasured(
            filled(
                "{names} {names:name|names} not listed, younger than settling", names=len(missing)
            )
        )
    oldest = max(now - known.at for known, _ in asked)
    names = filled("{names} {names:name|names} {names:is|are}", names=len(asked))
    return as_assumed(
        filled(
            "{names} found that are known to be taken, the oldest {span} old",
            names=names,
            span=span_text(oldest),
        )
    )


def judge_reports(answer: Told, timed: Reach) -> Found:
    """Judge the list by the daily reports, which count the same sends on their own."""
    if not isinstance(answer, Page):
        return unmeasured(why_not(answer))
    if timed.trouble is not None:
        return unmeasured(why_not(timed.trouble))
    if not answer.rows:
        return unmeasured(Words("the daily reports show no day yet"))
    listed = [count(row.get("submission_count")) for row in timed.rows]
    if not timed.is_whole or None in listed:
        return unmeasured(Words("the list is too long to be counted, or shows no counts"))
    reported = sum(count(row.get("submission_count")) or 0 for row in answer.rows)
    shown = sum(numbers or 0 for numbers in listed)
    said = filled(
        "reports of 28 days count {reported} numbers, the list of 30 days {shown}",
        reported=reported,
        shown=shown,
    )
    return as_assumed(said) if reported <= shown else differs(said)


def why_not(answer: Told) -> str:
    """Say why an answer holds no page; empty where it does."""
    match answer:
        case Page():
            return ""
        case Denied():
            return filled(
                "refused with HTTP {status} {code}", status=str(answer.status), code=answer.code
            )
        case Unanswered():
            return answer.why
        case _:
            assert_never(answer)


def bears(page: Page, name: str) -> bool:
    """Tell whether a page shows a task of that name, in any case of letters."""
    return any(text(row.get("task_name")).casefold() == name.casefold() for row in page.rows)


def _comparable(pages: Pages, *others: Told | None) -> list[Page] | str:
    """Return the first page and the others; or why not: no answer, no rows, another list."""
    if not isinstance(pages.first, Page):
        return why_not(pages.first)
    if not pages.first.rows:
        return NO_TASK
    seen = []
    for page in (pages.again, *others):
        if not isinstance(page, Page):
            return NO_TASK if page is None else why_not(page)
        seen.append(page)
    again = seen.pop(0)
    return [pages.first, *seen] if _ids(again) == _ids(pages.first) else _CHANGED


def _ids(page: Page) -> list[object]:
    return [identity_of(row, page.identity) for row in page.rows]


def _missing(seen: ListSeen, now: datetime) -> int:
    """Count what is shown without times and is young enough, but is not shown with them."""
    if not seen.timed.is_whole:
        return 0
    begin = now - timedelta(seconds=SPAN_S) + _EDGE
    shown = {_row_id(row) for row in seen.timed.rows}
    return sum(
        _row_id(row) not in shown
        for row in seen.untimed.rows
        if (made := _made(seen.of, row)) is not None and begin < made < now + _EDGE
    )


def _row_id(row: Item) -> str:
    return text(row.get("msg_id")) or text(row.get("task_id"))


def _oldest(of: TaskList, reach: Reach) -> str:
    if not reach.rows:
        return Words("none")
    dated = [(made, row) for row in reach.rows if (made := _made(of, row)) is not None]
    if not dated:
        return filled("unknown, {rows} {rows:row|rows} without a time", rows=len(reach.rows))
    _, row = min(dated, key=lambda pair: pair[0])
    seen = Words("all") if reach.is_whole else Words("the first and last")
    return filled(
        "{time} ({seen} {rows} {rows:row|rows} seen)",
        time=clean(row.get(of.time)),
        seen=seen,
        rows=len(reach.rows),
    )


def _made(of: TaskList, row: Item) -> datetime | None:
    try:
        return datetime.fromisoformat(text(row.get(of.time))).replace(tzinfo=None)
    except ValueError:
        return None


def is_refused_login(answer: Told) -> bool:
    """Tell whether it was the credentials that were refused."""
    if isinstance(answer, Denied):
        return answer.status == _UNAUTHORISED
    return isinstance(answer, Unanswered) and answer.hindrance is Hindrance.CREDENTIALS
