"""Say in an operator's words why a text is no TOML. No value is quoted: it may be a secret."""

import re

from pipeline.core.text import brief
from pipeline.language import Text, Words, filled

_PLACE = re.compile(r"\(at line ([0-9]+), column [0-9]+\)")
_FULL_WIDTH = "“”‘’＂＇＝，［］｛｝＃"
_PAIR = re.compile(r"\s*([^=#\s]+)\s*=\s*(.*?)\s*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_.\-\"']+")
_TRUTH = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false"}
_STRUCTURED = ("[", "{", '"', "'")

_ERROR_CHARS_MAX = 160

_TOLD = {
    "Unescaped '\\'": (
        Words("a backslash between double quotes; write such a path between single quotes: '...'")
    ),
    "Cannot declare": Words("this section stands twice; join the two"),
    "Invalid initial character for a key": (
        Words('a name that is not in Latin letters must stand in quotes, as in { "姓名" = ... }')
    ),
}
"""What is meant, by how the parser's own words begin."""


def syntax_slip(text: str, error: str) -> Text:
    """Return one sentence for what the parser found, which names the line where it is known."""
    found = _PLACE.search(error)
    lines = text.splitlines()
    number = int(found[1]) if found else 0
    if not 0 < number <= len(lines):
        return filled(
            "is not valid TOML: {error}; mend that line", error=brief(error, _ERROR_CHARS_MAX)
        )
    meant = _meant(lines[number - 1], error)
    if not meant:
        return filled(
            "is not valid TOML: {error}; mend that line", error=brief(error, _ERROR_CHARS_MAX)
        )
    return filled("is not valid TOML in line {number}: {meant}", number=str(number), meant=meant)


def _meant(line: str, error: str) -> str:
    """Say what stands on a line instead of what; empty where that is not clear."""
    if wide := next((mark for mark in _FULL_WIDTH if mark in _unquoted(line)), ""):
        return filled(
            "it has {wide}, and TOML knows only \" ' = , [ ] as a Latin keyboard types them",
            wide=wide,
        )
    told = next((words for start, words in _TOLD.items() if error.startswith(start)), "")
    pair = _PAIR.fullmatch(line)
    return told or (_of_pair(pair[1], pair[2].partition("#")[0].strip()) if pair else "")


def _of_pair(name: str, value: str) -> str:
    key = brief(name)
    if not _BARE_KEY.fullmatch(name):
        return filled('the name {key} must stand in quotes: "{key}" = ...', key=key)
    if value.lower() in _TRUTH:
        return filled(
            "write {key} = {truth}, in small letters", key=key, truth=_TRUTH[value.lower()]
        )
    if value and not value.startswith(_STRUCTURED):
        return filled(
            'the value of {key} is a text and must stand in quotes: {key} = "..."', key=key
        )
    return ""


def _unquoted(line: str) -> str:
    """Return a line without its quoted texts and its comment, which may hold any character."""
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", "", line)
    return bare.partition("#")[0]
