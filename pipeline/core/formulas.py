"""Know the texts that spreadsheets take for formulas, and guard them."""

import re

GUARD = "'"
"""Stands before a text that would else start a formula."""

TRIGGERS = "=+-@＝＋－＠﹦﹢﹣﹫"

# Spreadsheets skip these before they look for a formula; tab, CR and LF are triggers themselves.
_SKIPPED = r" \xa0\xad\u1680\u180e\u2000-\u200f\u2028\u2029\u202f\u205f\u2060-\u2064\u3000\ufeff"
_DANGEROUS = re.compile(rf"[{_SKIPPED}]*[{re.escape(TRIGGERS)}\t\r\n]")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")


def starts_formula(text: str) -> bool:
    """Tell whether a spreadsheet may take a text for a formula; a phone number +86... is none."""
    return _DANGEROUS.match(text) is not None and not _PHONE.fullmatch(text)


def unguarded(text: str) -> str:
    """Take a guard off again that stands before what would start a formula."""
    return text[1:] if text.startswith(GUARD) and starts_formula(text[1:]) else text
