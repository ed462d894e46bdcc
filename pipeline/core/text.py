"""Say counts and spans of time as people do, and tell which text a spreadsheet would compute."""

import re

_PLURALS = {"person": "people", "entry": "entries", "reply": "replies", "body": "bodies"}
_VERBS = {"is": "are", "was": "were", "has": "have"}
_SECONDS_TO = 120
_MINUTES_TO = 7200


def counted(number: int, noun: str, verb: str = "", *, width: int = 0) -> str:
    """Say how many: "1 request", "2,000 people". noun and verb are of one: "person", "was".

    verb is "is", "was" or "has", or one that takes an s for one, such as "waits". width is that of
    the number, in a column of them.
    """
    if number != 1:
        noun = _PLURALS.get(noun, f"{noun}s")
        verb = _VERBS.get(verb, verb.removesuffix("s"))
    return f"{number:>{width},} {noun} {verb}".rstrip()


def span_text(seconds: float) -> str:
    """Say how long: seconds below two minutes, minutes below two hours, then hours."""
    if seconds < _SECONDS_TO:
        return f"{seconds:.0f} s"
    if seconds < _MINUTES_TO:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


GUARD = "'"
"""Stands before a text that would else start a formula."""

TRIGGERS = "=+-@＝＋－＠﹦﹢﹣﹫"

# Spreadsheets skip these before they look for a formula; tab, CR and LF are triggers themselves.
_SKIPPED = r" \xa0\xad\u1680\u180e\u2000-\u200f\u2028\u2029\u202f\u205f\u2060-\u2064\u3000\ufeff"
_DANGEROUS = re.compile(rf"[{_SKIPPED}]*[{re.escape(TRIGGERS)}\t\r\n]")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_SEPARATORS = r";|\t\r\n"
# A quote that does not begin a field's text is passed over where the field is split behind it.
_INNER = re.compile(
    rf"([{_SEPARATORS}])({GUARD}?)(?=[{_SKIPPED}\"]*[{re.escape(TRIGGERS)}])([^{_SEPARATORS}]*)"
)


def starts_formula(text: str) -> bool:
    """Tell whether a spreadsheet may take a text for a formula; a phone number +86... is none."""
    return _DANGEROUS.match(text) is not None and not _PHONE.fullmatch(text)


def guarded(text: str) -> str:
    """Put a guard before what would start a formula, where there is none yet.

    That is at its start, and behind what else than a comma may part cells: whoever opens a file may
    have it split there.
    """
    text = _INNER.sub(_guarded_inside, text)
    return f"{GUARD}{text}" if starts_formula(text) else text


def unguarded(text: str) -> str:
    """Take off again what `guarded` puts into a text."""
    text = _INNER.sub(_unguarded_inside, text)
    return text[1:] if text.startswith(GUARD) and starts_formula(text[1:]) else text


def _guarded_inside(found: re.Match[str]) -> str:
    separator, guard, rest = found.groups()
    return found[0] if guard or _PHONE.fullmatch(rest) else f"{separator}{GUARD}{rest}"


def _unguarded_inside(found: re.Match[str]) -> str:
    separator, _, rest = found.groups()
    return found[0] if _PHONE.fullmatch(rest) else f"{separator}{rest}"
