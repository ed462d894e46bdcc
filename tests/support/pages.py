"""Draw the pages of docs/ that are made from tables in the code.

`.venv/bin/python -m tests.support.pages` writes them anew.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipeline.core.lifecycle import TABLE, State
from pipeline.core.outcome import OPEN, STRENGTH, UNCLEAR_NEWS, Ware, Weight
from pipeline.core.remedies.remedy import exit_of, remedies
from pipeline.language import Language
from pipeline.logs import Event
from pipeline.measures import COMMIT_BOUNDS_S
from pipeline.metrics import Metric
from pipeline.report.texts.outcomes import FALLBACKS, OUTCOMES
from pipeline.report.texts.rejections import REJECTIONS
from tests.support.bars import BARS, Bar
from tests.support.errors import examples
from tests.support.manual import manual
from tests.support.source import ROOT

_MADE = "Do not edit this page: draw it anew with `.venv/bin/python -m tests.support.pages`."

BOUNDS = ", ".join(f"{bound:g}" for bound in COMMIT_BOUNDS_S)

_STATES = {
    State.PLANNED: "nothing has left yet",
    State.IN_FLIGHT: "the intent is on disk; the request may have left",
    State.ACCEPTED: "KooMessage took it, and its task id is known",
    State.REFUSED: "KooMessage took nothing and never will",
    State.DEFERRED: "nothing was taken, by proof or a person's word; it will be attempted again",
    State.IN_DOUBT: "nothing is proved; it is asked for by name and never just sent again",
    State.ABANDONED: "given up by a policy or a person",
    State.SPLIT: "it was too large, and nothing was taken; new submissions carry its recipients",
}


def pages() -> Mapping[str, str]:
    """Write every page, by its file name."""
    return {
        "lifecycle.md": _page(_lifecycle()),
        "outcomes.md": _page(_outcomes()),
        "events.md": _page(_events()),
        "metric-list.md": _page(_metrics()),
        "security.md": _page(bars_page(BARS)),
        "errors.md": _page(errors_page(Language.EN)),
        "errors.zh-CN.md": _page(errors_page(Language.ZH)),
    }


def _lifecycle() -> Sequence[str]:
    steps = [
        f"    {state} --> {after}: {event}"
        for state, events in TABLE.items()
        for event, after in events.items()
    ]
    ends = [f"    {state} --> [*]" for state, events in TABLE.items() if not events]
    return [
        "# The life of a submission",
        "",
        "Drawn from the table in `pipeline/core/lifecycle.py`, which the live path and the",
        "ledger's triggers read as well.",
        _MADE,
        "",
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {State.PLANNED}",
        *steps,
        *ends,
        "```",
        "",
        *_table(("state", "what is true"), [(f"`{state}`", _STATES[state]) for state in State]),
        "",
        "After a crash every submission that is still `in_flight` takes `was_lost`. There is no",
        "other start-up code.",
    ]


def _outcomes() -> Sequence[str]:
    outcomes = [
        (
            f"`{outcome}`",
            "open" if outcome in OPEN else "final",
            words.meaning.of(Language.EN),
            words.meaning.of(Language.ZH),
            words.advice.of(Language.EN),
        )
        for outcome, words in OUTCOMES.items()
    ]
    fallbacks = [
        (f"`{reason}`", words.of(Language.EN), words.of(Language.ZH))
        for reason, words in FALLBACKS.items()
    ]
    rejections = [
        (f"`{code}`", wrong.of(Language.EN), mend.of(Language.EN), wrong.of(Language.ZH))
        for code, (wrong, mend) in REJECTIONS.items()
    ]
    return [
        "# What can become of a row",
        "",
        "Every row that was read has exactly one outcome. An open one may still change when news",
        f"comes. {_MADE}",
        "",
        *_table(("outcome", "", "meaning", "说明", "what to do"), outcomes),
        "",
        "## Why a card was not seen (`fallback_sms`)",
        "",
        *_table(("reason", "meaning", "说明"), fallbacks),
        "",
        "## Why a row was not sent to (`invalid`, `duplicate`)",
        "",
        *_table(("reason", "what is wrong", "how to mend it", "说明"), rejections),
        *_strength(),
    ]


_WEIGHTS = {
    Weight.SHOWN: ("the card was shown", "`card`, or delivered where there is no card"),
    Weight.DELIVERED: ("delivered, or one part of it was", "`delivered` and what follows"),
    Weight.FAILED: ("a code of the known failures", "`undelivered`"),
    Weight.TIMED_OUT: ("`EXPIRED`: the carriers said nothing", "`expired`"),
    Weight.WITHHELD: ("left out before the request left", "`suppressed`"),
    Weight.UNCLEAR: ("a code that proves nothing", "open; `expired` after 72 hours"),
    Weight.REFUSED: ("refused by an answer, or left out of a task", "`refused`"),
    Weight.NOT_SENT: ("its task failed before anything was sent", "`refused`"),
    Weight.TASK_FAILED: ("its task is listed as failed", "open; `expired` after 72 hours"),
    Weight.NOT_NAMED: ("an answer that names others not", "open; `expired` after 72 hours"),
}


def _strength() -> Sequence[str]:
    strength = [
        (str(rank), *_WEIGHTS[weight]) for rank, weight in enumerate(STRENGTH[Ware.CARD], 1)
    ]
    return [
        "",
        "## Which news outweighs which",
        "",
        "Drawn from the table `STRENGTH` in `pipeline/core/outcome.py`, the strongest news first;",
        "its order of coming does not matter.",
        "",
        *_table(("", "news", "what becomes of the row"), strength),
        "",
        "A number that the answer refused and that is heard of anyway, by a code that nobody",
        f"understands, ends as `expired` with the reason `{UNCLEAR_NEWS}`: it is not sent again.",
        "",
        "A task that KooMessage lists as failed (`submit_failed`, `sending_failed`, 提交失败,",
        "发送失败, and a smart message's `Failed` or `Fail` with a `send_count` of 0), and of",
        "which no count tells otherwise, was sent to nobody: its rows end as `refused` with the",
        "code `task_state` and what is listed, and may be sent again. Where a list counts fewer",
        "numbers as taken than were sent, and the task's details name exactly as many, the others",
        "end as `refused`, `not_taken`, once the message has had its 72 hours.",
    ]


def _events() -> Sequence[str]:
    rows = [
        (f"`{event}`", logging.getLevelName(event.level).lower(), event.meaning) for event in Event
    ]
    return [
        "# Events",
        "",
        "What a run writes to `events.jsonl` in its folder, and `koosend serve` to `serve.jsonl`:",
        "one JSON object a line, with `at` (China time), `event`, `command`, `campaign`, `run` and",
        "what belongs to it. The file takes every event; stderr takes those that are loud enough,",
        "as JSON where it is no terminal. Numbers and secrets are masked in both.",
        _MADE,
        "",
        *_table(("event", "loudness", "meaning"), rows),
    ]


def _metrics() -> Sequence[str]:
    rows = [
        (f"`{one}`", one.kind, ", ".join(f"`{label}`" for label in one.labels), one.meaning)
        for one in Metric
    ]
    return [
        "# Metrics",
        "",
        "What Prometheus is told: [have monitoring watch](../../howto/metrics.md). An age is",
        "what passed since a time: `time() - koosend_last_good_night_timestamp_seconds`.",
        f"A histogram is told as `_bucket`, `_sum` and `_count`, with bounds of {BOUNDS} s.",
        _MADE,
        "",
        *_table(("metric", "kind", "labels", "meaning"), rows),
        "",
        "| label | its values |",
        "|---|---|",
        "| `campaign` | the campaign's name; numbers in it are masked |",
        "| `channel`, `outcome`, `state`, `kind` | those of the [glossary](../glossary.md) |",
        '| `rehearsal` | `"true"` where the emulator took the messages, else `"false"` |',
        "| `operation` | the provider's name of what was asked, or `other` |",
        "| `code` | the provider's code, `http_` and a status, `ok`, `no_answer`, or `not_sent` |",
        "| `command` | `run` or `reconcile` |",
    ]


_ERRORS_HEAD: Mapping[Language, Sequence[str]] = {
    Language.EN: (
        "# Errors",
        "",
        "Each error ends in a code, such as `[KS6601]`. For every code this page says what",
        "happened and how to mend it, as `koosend explain-error KS6601` does. A code is never",
        "renumbered.",
        "Its first two digits are the [exit code](../exit-codes.md), 30 for 130 and 143.",
        "In Chinese: [错误](errors.zh-CN.md).",
    ),
    Language.ZH: (
        "# 错误",
        "",
        "每个错误后面都有错误码，例如 `[KS6601]`。这里逐一说明发生了什么、如何解决；",
        "`koosend explain-error KS6601` 的内容相同。错误码的含义不会改变。",
        "前两位数字是[退出码](../exit-codes.md)，30 表示 130 和 143。",
        "英文版：[Errors](errors.md)。",
    ),
}
_ERROR_PARTS: Mapping[Language, Sequence[str]] = {
    Language.EN: ("Exit code", "What happened", "How to mend it", "For example"),
    Language.ZH: ("退出码", "发生了什么", "如何解决", "例如"),
}


def errors_page(language: Language) -> Iterator[str]:
    """Yield the lines of the page of all errors, with a sentence that each is printed with."""
    yield from _ERRORS_HEAD[language]
    yield _MADE
    exit_word, cause, mend, example = _ERROR_PARTS[language]
    shown = examples()
    for code, remedy in remedies().items():
        colon = "：" if language is Language.ZH else ": "
        yield from ("", f"## {code}", "", f"**{remedy.title.of(language)}**", "")
        yield f"- {exit_word}{colon}{exit_of(code).value}"
        yield f"- {cause}{colon}{remedy.cause.of(language)}"
        yield f"- {mend}{colon}{remedy.mend.of(language)}"
        if code in shown:
            yield f"- {example}{colon}`koosend: {shown[code].of(language)} [{code}]`"


NO_TEST = "**none: nothing holds it**"


def bars_page(bars: Sequence[Bar]) -> Sequence[str]:
    """Return the lines of the page of security's bars; one without a test says so."""
    rows = [
        (f"`{bar.code}`", bar.tried, bar.held, "<br>".join(map(_named, bar.tests)) or NO_TEST)
        for bar in bars
    ]
    return [
        "# Bars of security",
        "",
        "Drawn from the list in `tests/support/bars.py`. A figure is what the tests beside it",
        "hold, no more; `make test` runs each of them. What they are good for says the",
        "[threat model](../../explanation/threat-model.md).",
        _MADE,
        "",
        *_table(("", "what is tried", "what must hold", "held by"), rows),
    ]


def _named(test: str) -> str:
    """Show a test by its module and its name, in words that a page can break."""
    place, _, name = test.partition("::")
    return f"`{place}`: {name.removeprefix('test_').replace('_', ' ')}"


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [heading, ["---"] * len(heading), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def _page(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


GENERATED = ROOT / "docs" / "reference" / "generated"


def write_anew() -> None:
    """Write every page and every manual page, and take away those of commands that are gone."""
    files = {**pages(), **manual()}
    for old in (*GENERATED.glob("man/*"), *GENERATED.glob("completion/*")):
        if old.relative_to(GENERATED).as_posix() not in files:
            old.unlink()
    for name, text in files.items():
        (GENERATED / name).parent.mkdir(exist_ok=True)
        (GENERATED / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_anew()
