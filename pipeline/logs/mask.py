"""Hide what must not be seen in a log."""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote

SECRET_CHARS_MIN = 4
HIDDEN = "***"
# A UUID is tried first and kept: it is how a task is named to the provider's support.
_NUMBER = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
    r"|([1１][3-9３-９]\d)(?:\d{4}|[ -]\d{4}[ -])(\d{4})"
)


class Mask:
    """Hide numbers (130****0001) and the given secrets in a text.

    A number is hidden wherever its 11 digits stand, also behind +86, 0086 or 0. A secret is
    hidden as it is and as JSON or a URL would write it; one of fewer than 4 characters is not,
    since hiding it would spoil every line.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Take the secret values to hide."""
        forms = {
            form
            for secret in secrets
            if len(secret) >= SECRET_CHARS_MIN
            for form in (
                secret,
                quote(secret, safe=""),
                json.dumps(secret)[1:-1],
                json.dumps(secret, ensure_ascii=False)[1:-1],
            )
        }
        longest_first = sorted(forms, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def __call__(self, text: str) -> str:
        """Return the text with nothing in it that must not be seen."""
        if self._secrets is not None:
            text = self._secrets.sub(HIDDEN, text)
        return _NUMBER.sub(_hide_number, text)


def _hide_number(found: re.Match[str]) -> str:
    return f"{found[1]}****{found[2]}" if found[1] else found[0]
