"""Write the status page's HTML: every word of somebody else's is escaped."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

_STYLE = """
:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}
body{max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.bar{height:.5rem;background:#8883;border-radius:.25rem;overflow:hidden}
.warn{border-left:.25rem solid #c60;padding-left:.75rem}
code{overflow-wrap:anywhere}footer{margin-top:2rem;opacity:.7}
"""
_LOGIN = (
    '<form method="post" action="/login"><label>Token '
    '<input name="token" type="password" autocomplete="off" required></label> '
    "<button>log in</button></form>"
)
STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
"""What the page's policy allows: this style and no other."""


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run with its books: outcomes as (name, count), in the order to show them."""

    run: str
    campaign: str
    stage: str
    rows: int
    outcomes: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """Receipts of one kind: in all, in the last minute, not wholly understood, and the latest."""

    kind: str
    count: int
    recent: int
    odd: int
    latest: str


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the page shows. No text in it holds a number or a secret unmasked.

    odd and replies are lists of (when, text), the latest first; warnings are whole sentences.
    """

    state: str
    at: str
    listens: str
    runs: Sequence[RunLine]
    receipts: Sequence[ReceiptLine]
    replies: int
    opt_outs: int
    last_replies: Sequence[tuple[str, str]]
    odd: Sequence[tuple[str, str]]
    turned_away: Sequence[tuple[str, int]]
    warnings: Sequence[str]


def status_page(shown: Overview) -> str:
    """Write the page."""
    parts = [
        f"<h1>koosend: {escape(shown.state)}</h1>",
        f"<p>{escape(shown.at)}. Receipts come to <code>{escape(shown.listens)}</code>.</p>",
        *(f'<p class="warn" role="alert">{escape(text)}</p>' for text in shown.warnings),
        "<h2>Runs</h2>",
        _runs(shown.runs),
        "<h2>Receipts</h2>",
        _receipts(shown.receipts),
        f"<p>Replies: {shown.replies:,}, of them {shown.opt_outs:,} opted out.</p>",
        _list("Last replies", shown.last_replies),
        _list("Not understood, kept as they came", shown.odd),
        _turned_away(shown.turned_away),
        '<footer><form method="post" action="/logout"><button>log out</button></form></footer>',
    ]
    return _whole("koosend", parts)


def login_page(*, refused: bool = False) -> str:
    """Write the page that asks for the token."""
    why = '<p class="warn" role="alert">That is not the token.</p>' if refused else ""
    return _whole(
        "koosend: log in",
        [
            "<h1>koosend</h1>",
            why,
            _LOGIN,
            "<p>koosend serve said where the token is when it began.</p>",
        ],
    )


def _whole(title: str, parts: Iterable[str]) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>"
    )


def _runs(runs: Sequence[RunLine]) -> str:
    rows = [
        f"<tr><td>{escape(one.campaign)}</td><td><code>{escape(one.run)}</code></td>"
        f'<td>{escape(one.stage)}</td><td class="n">{one.rows:,}</td>'
        f"<td>{escape(', '.join(f'{n:,} {name}' for name, n in one.outcomes))}</td></tr>"
        for one in runs
    ]
    return _table(("campaign", "run", "stands", "#rows", "of them"), rows, "No run yet.")


def _receipts(lines: Sequence[ReceiptLine]) -> str:
    rows = [
        f'<tr><td>{escape(one.kind)}</td><td class="n">{one.count:,}</td>'
        f'<td class="n">{one.recent:,}</td><td class="n">{one.odd:,}</td>'
        f"<td>{escape(one.latest)}</td></tr>"
        for one in lines
    ]
    heading = ("kind", "#kept", "#last minute", "#not understood", "latest")
    return _table(heading, rows, "None has come yet.")


def _turned_away(counts: Sequence[tuple[str, int]]) -> str:
    rows = [f'<tr><td>{escape(why)}</td><td class="n">{n:,}</td></tr>' for why, n in counts]
    return "<h2>Turned away</h2>" + _table(("why", "#requests"), rows, "Nobody.")


def _table(heading: Sequence[str], rows: Sequence[str], empty: str) -> str:
    if not rows:
        return f"<p>{escape(empty)}</p>"
    cells = "".join(
        f'<th scope="col" class="n">{escape(one[1:])}</th>'
        if one.startswith("#")
        else f'<th scope="col">{escape(one)}</th>'
        for one in heading
    )
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _list(title: str, lines: Sequence[tuple[str, str]]) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{escape(at)} <code>{escape(text)}</code></li>" for at, text in lines)
    return f"<h2>{escape(title)}</h2><ul>{items}</ul>"
