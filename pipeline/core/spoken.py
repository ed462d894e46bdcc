"""Say counts and spans of time as people do."""

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
