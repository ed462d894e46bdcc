"""Know in which language to speak to whoever reads the screen, and say things in it."""

import gettext
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from pipeline.core.errors import UsageError
from pipeline.language import (
    CATALOGUES,
    DOMAIN,
    VARIABLE,
    Language,
    filled,
    is_spoken,
    language_named,
    spoken,
    system_language,
)

OPTION = "--lang"
_TRANSLATED = "LANGUAGE"  # gettext's own variable, which click's texts are looked up by

_reader = ContextVar("_reader", default=Language.EN)


def said(text: str) -> str:
    """Return a text in the reader's language."""
    return spoken(text, _reader.get())


def readers_language() -> Language:
    """Return the language of whoever reads the screen."""
    return _reader.get()


def without_lang(arguments: Sequence[str]) -> tuple[list[str], Language | None]:
    """Take --lang out of a command line, wherever it stands, and return what it says.

    Raises UsageError for another language than there is.
    """
    left: list[str] = []
    chosen: str | None = None
    words = iter(arguments)
    for word in words:
        if word == "--":
            left += [word, *words]
        elif word == OPTION:
            chosen = next(words, "")
        elif word.startswith(f"{OPTION}="):
            chosen = word.partition("=")[2]
        else:
            left.append(word)
    if chosen is None:
        return left, None
    if chosen not in set(Language):
        raise UsageError(filled("{option} takes zh or en", option=OPTION), "KS0203")
    return left, Language(chosen)


def language_for(arguments: Sequence[str], environ: Mapping[str, str]) -> Language:
    """Return the language of a command without --lang.

    It is what KOOSEND_LANG names, else the campaign that is named, else the locale.
    """
    named = language_named(environ.get(VARIABLE, ""))
    return named or _of_campaign(arguments) or system_language(environ)


def _of_campaign(arguments: Sequence[str]) -> Language | None:
    file = next((word for word in arguments if word.endswith(".toml")), None)
    if file is None:
        return None
    from pipeline.settings.slips.spoken import campaign_language  # noqa: PLC0415 -- --help needs none

    return campaign_language(Path(file))


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak a language meanwhile; click as well, which looks its texts up as gettext does."""
    before = _reader.set(language)
    domain = gettext.textdomain()
    variable = os.environ.get(_TRANSLATED)
    if language is not Language.EN and is_spoken(language):  # gettext fails at a damaged one
        gettext.bindtextdomain(DOMAIN, str(CATALOGUES))
        gettext.textdomain(DOMAIN)
        os.environ[_TRANSLATED] = language.value
    try:
        yield
    finally:
        _reader.reset(before)
        gettext.textdomain(domain)
        if variable is None:
            os.environ.pop(_TRANSLATED, None)
        else:
            os.environ[_TRANSLATED] = variable
