"""Look which language a campaign file wants to be spoken of in, before it is read as a whole.

Even one that is broken says it, so that its own mistake can be told in that language.
"""

import re
from pathlib import Path

from pipeline.language import Language

_LOOKED_AT_BYTES = 65_536
_SECTION = re.compile(
    r"(?ms)^[ \t]*\[[ \t]*campaign[ \t]*\][ \t]*(?:#[^\n]*)?$(.*?)(?=^[ \t]*\[|\Z)"
)
_KEY = re.compile(r"""(?m)^[ \t]*language[ \t]*=[ \t]*(["'])(zh|en)\1""")


def campaign_language(file: Path) -> Language | None:
    """Return [campaign] language of a file; None where it is auto, or cannot be read."""
    try:
        with file.open("rb") as stream:
            text = stream.read(_LOOKED_AT_BYTES).decode("utf-8-sig", errors="replace")
    except (OSError, ValueError):
        return None
    section = _SECTION.search(text)
    key = _KEY.search(section[1]) if section else None
    return Language(key[2]) if key else None
