"""Say counts and times as people do; make texts of others harmless to show, and to open."""

import re

from pipeline.language import Text, altered, filled

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


def span_text(seconds: float) -> Text:
    """Say how long: seconds below two minutes, minutes below two hours, then hours."""
    if seconds < _SECONDS_TO:
        return filled("{count} s", count=f"{seconds:.0f}")
    if seconds < _MINUTES_TO:
        return filled("{count} min", count=f"{seconds / 60:.0f}")
    return filled("{count} h", count=f"{seconds / 3600:.1f}")


# A whole sequence goes with what it says; then whatever is left of one, and each lone control.
_SEQUENCE = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x80-\x9f]*(?:\x07|\x1b\\|\x9c)"
)
HIDDEN = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    r"\ufdd0-\ufdef\ufffe\uffff"
)
"""Ranges of a pattern's set: controls but tab, LF and CR, marks that turn text, no characters."""

_UNSEEN = re.compile(f"{_SEQUENCE}|[{HIDDEN}]")
_UNSEEN_IN_JSON = re.compile(f"[{HIDDEN}\ud800-\udfff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_BREAKS = re.compile(r"[\t\n\r\x0b\x0c\x85\u2028\u2029]+")


def visible(text: str) -> str:
    """Return a text of ours or of others as any screen, page or cell may show it.

    Without controls and the sequences that steer a terminal, and without what makes text read
    other than it is written; only tabs and line feeds stay. Lone surrogates become U+FFFD.
    """
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _UNSEEN.sub("", text))


def one_line(text: str) -> str:
    """Return a text as it may be shown within a line of ours: visible, with blanks for breaks."""
    if text.isprintable():
        return text
    return altered(text, lambda said: visible(_BREAKS.sub(" ", said)))


def brief(text: str, chars_max: int = 60) -> str:
    """Return a text of others as a sentence quotes it: on one line, cut where it is long."""
    return altered(one_line(text), lambda said: _cut(said, chars_max))


def _cut(text: str, chars_max: int) -> str:
    return text if len(text) <= chars_max else f"{text[: chars_max - 3]}..."


def escaped(text: str) -> str:
    """Return JSON, or a text between a TOML file's double quotes, that spells what is not seen."""
    return _UNSEEN_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


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
