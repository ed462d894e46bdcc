"""Build HTML that cannot be broken out of: every text is escaped and masked as it goes in.

There is no way to hand in markup as text. Tags and attributes are closed sets, and none of them
can load, link or run anything: a page made here works offline and is harmless whatever a
spreadsheet, a campaign file or the provider wrote.
"""

import html
import re
from collections.abc import Iterable

from pipeline.core.phones import mask_in
from pipeline.report.texts.outcomes import Words

_VOID = frozenset({"input", "meta"})
_DRAWN = frozenset({"line", "rect"})
_TAGS = (
    _VOID
    | _DRAWN
    | {
        *("body", "dd", "div", "dl", "dt", "figcaption", "figure", "footer", "h1", "h2", "head"),
        *(
            "header",
            "html",
            "label",
            "li",
            "main",
            "p",
            "section",
            "small",
            "span",
            "strong",
            "svg",
        ),
        *("table", "tbody", "td", "th", "thead", "title", "tr", "ul"),
    }
)
_ATTRIBUTES = frozenset(
    {
        *("aria-hidden", "aria-label", "charset", "checked", "class", "content", "data-figure"),
        *("for", "height", "http-equiv", "id", "lang", "name", "preserveAspectRatio", "role"),
        *("scope", "type", "viewBox", "width", "x", "x1", "x2", "y", "y1", "y2"),
    }
)
# Not allowed in HTML, or used to make text read other than it is: controls and bidi overrides.
_FORBIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]"
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_STYLE_END = "</"


class Markup:
    """A piece of a page that is safe to stand there. Only this module makes one."""

    __slots__ = ("_text",)

    def __init__(self, key: object, text: str) -> None:
        """Refuse everybody who does not hold this module's key."""
        if key is not _KEY:
            raise TypeError("markup is made by element(), never from a text")
        self._text = text

    def __str__(self) -> str:
        return self._text


_KEY = object()

Child = Markup | Words | str | int
Attribute = str | float | bool | None


def element(tag: str, *children: Child | Iterable[Child], **attributes: Attribute) -> Markup:
    """Make an element. Texts are escaped; Words stand there in both languages.

    Underscores in attributes' names are hyphens, but one at the end is left out (class_). True is
    an attribute without a value; False and None leave it out. Raises KeyError for a tag or an
    attribute that a report has no use for.
    """
    if tag not in _TAGS:
        raise KeyError(f"a report has no <{tag}>")
    start = f"<{tag}{''.join(_attribute(name, value) for name, value in attributes.items())}"
    if tag in _VOID:
        return Markup(_KEY, f"{start}>")
    if tag in _DRAWN:
        return Markup(_KEY, f"{start}/>")
    return Markup(_KEY, f"{start}>{''.join(_each(children))}</{tag}>")


def joined(*children: Child | Iterable[Child]) -> Markup:
    """Put pieces beside each other."""
    return Markup(_KEY, "".join(_each(children)))


def style_sheet(rules: str) -> Markup:
    """Make a style element of our own rules. Raises ValueError for rules that would end it."""
    if _STYLE_END in rules:
        raise ValueError("a style sheet cannot hold an end tag")
    return Markup(_KEY, f"<style>{rules}</style>")


def document(root: Markup) -> str:
    """Return the whole page."""
    return f"<!DOCTYPE html>\n{root}\n"


def plain(text: str) -> str:
    """Return a text without what must not be seen, not yet escaped."""
    text = _FORBIDDEN.sub("", text)
    text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    return mask_in(text)


def _each(children: Iterable[Child | Iterable[Child]]) -> Iterable[str]:
    for child in children:
        if isinstance(child, Words | Markup | str | int):
            yield _one(child)
        else:
            yield from _each(child)


def _one(child: Child) -> str:
    match child:
        case Markup():
            return str(child)
        case Words():
            return _both(child)
        case str():
            return _escaped(child)
        case int():
            return f"{child:,}"


def _both(words: Words) -> str:
    if words.en == words.zh:
        return _escaped(words.en)
    return (
        f'<span class="en" lang="en">{_escaped(words.en)}</span>'
        f'<span class="zh" lang="zh-CN">{_escaped(words.zh)}</span>'
    )


def _attribute(name: str, value: Attribute) -> str:
    name = name.removesuffix("_").replace("_", "-")
    if name not in _ATTRIBUTES:
        raise KeyError(f"a report has no attribute {name}")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{_escaped(str(value))}"'


def _escaped(text: str) -> str:
    return html.escape(plain(text), quote=True)
