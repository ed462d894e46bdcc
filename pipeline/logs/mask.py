"""Hide what must not be seen in a log."""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote

from pipeline.core.phones import mask_in

SECRET_CHARS_MIN = 4
HIDDEN = "***"


class Mask:
    """Hide numbers (130****0001) and the given secrets in a text.

    Numbers are hidden by the rule of core/phones.mask_in. A secret is hidden as it is and as JSON
    or a URL would write it; one of fewer than 4 characters is not, since hiding it would spoil
    every line.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
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
        return mask_in(text)
