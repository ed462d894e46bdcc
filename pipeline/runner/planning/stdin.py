"""A source on standard input: kept for as long as it is read, since it is read twice."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from msgspec import structs

from pipeline.core.errors import SourceDamaged
from pipeline.language import filled, system_words
from pipeline.settings import Campaign

STDIN = Path("-")
"""The source's path that means standard input."""


@contextmanager
def spooled(campaign: Campaign) -> Iterator[Campaign]:
    """Return the campaign with a source that is a file, readable by its owner only."""
    if campaign.source.path != STDIN:
        yield campaign
        return
    try:
        descriptor, name = tempfile.mkstemp(prefix="koosend-", suffix=".stdin")
    except OSError as error:
        raise _unkept(error) from None
    try:
        try:
            with os.fdopen(descriptor, "wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
        except OSError as error:
            raise _unkept(error) from None
        yield replace(campaign, source=structs.replace(campaign.source, path=Path(name)))
    finally:
        Path(name).unlink(missing_ok=True)


def _unkept(error: OSError) -> SourceDamaged:
    return SourceDamaged(
        filled(
            "the source on standard input cannot be kept while it is read ({why}); make "
            "room in the folder for temporary files, or name a file",
            why=system_words(error),
        ),
        "KS6511",
    )
