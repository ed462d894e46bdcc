"""Read report.html back, as a browser would take it apart."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"input", "meta", "rect", "line"})


@dataclass(slots=True)
class ReadPage:
    """What stands in a page. figures maps each data-figure to the text shown there."""

    tags: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    figures: dict[str, list[str]] = field(default_factory=dict)
    sections: list[str] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=lambda: {"en": [], "zh-CN": [], "": []})
    style: str = ""
    unclosed: list[str] = field(default_factory=list)

    def count(self, figure: str) -> int:
        """Return a figure that is shown once."""
        (shown,) = self.figures[figure]
        return int(shown.replace(",", ""))

    def counts(self, start: str) -> dict[str, int]:
        """Return the figures whose names start so, without what they start with."""
        return {
            name.removeprefix(start): sum(int(number.replace(",", "")) for number in shown)
            for name, shown in self.figures.items()
            if name.startswith(start)
        }

    def words(self, language: str) -> str:
        """Return all text that is shown in a language."""
        return "\n".join((*self.texts[language], *self.texts[""]))


def read_page(text: str) -> ReadPage:
    """Take a page apart."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.seen.unclosed = [tag for tag, _ in reader.open]
    return reader.seen


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen = ReadPage()
        self.open: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        self.seen.tags.append(tag)
        self.seen.attributes += [(tag, name, value) for name, value in held.items()]
        if tag == "section":
            self.seen.sections.append(held.get("id", ""))
        if tag not in _VOID:
            self.open.append((tag, held))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self.open.pop()
        assert opened == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] == "style":
            self.seen.style += data
            return
        language = next((held["lang"] for tag, held in self.open[1:] if "lang" in held), "")
        self.seen.texts[language].append(data)
        figure = next((held["data-figure"] for _, held in self.open if "data-figure" in held), None)
        if figure is not None:
            self.seen.figures.setdefault(figure, []).append(data)
