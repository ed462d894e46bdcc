"""Find the parts of a workbook as its package says: by links and content types, not by name."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote
from zipfile import ZipInfo

from pipeline.core.errors import SourceDamaged
from pipeline.language import Words, filled
from pipeline.reader.files.archive import Zip, unreadable
from pipeline.reader.workbooks.markup import walk
from pipeline.reader.workbooks.protocol import SheetNote

_TYPES = "[Content_Types].xml"
_DRIVE = re.compile(r"^[a-z]+:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """Where a link of a part leads: kind is the last word of its type, such as worksheet."""

    kind: str
    part: str


@dataclass(slots=True)
class Package:
    """The parts of a workbook, named as the links name them. Raises SourceDamaged."""

    archive: Zip
    _entries: dict[str, list[ZipInfo]] = field(init=False)
    _types: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Read what is where, and the types of the parts."""
        entries: dict[str, list[ZipInfo]] = defaultdict(list)
        for entry in self.archive.entries:
            entries[_folded(entry.filename)].append(entry)
        self._entries = dict(entries)
        if self.has(_TYPES):
            walk(self.pieces(_TYPES), self.where, self._type)

    @property
    def where(self) -> str:
        """Return the name of the file, for the sentences."""
        return self.archive.where

    def has(self, part: str) -> bool:
        """Tell whether there is a part of that name."""
        return _folded(part) in self._entries

    def pieces(self, part: str) -> Iterator[bytes]:
        """Unzip a part. Raises SourceDamaged where it is missing, or is there twice."""
        found = self._entries.get(_folded(part), [])
        if len(found) != 1:
            how = "twice" if found else "not"
            raise unreadable(
                self.where, filled("its part {part} is {how} there", part=part, how=how)
            )
        return self.archive.inflated(found[0])

    def links(self, part: str) -> Mapping[str, Link]:
        """Return the links of a part, of the package itself for an empty name, by their ids."""
        folder, _, name = part.rpartition("/")
        source = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        found: dict[str, Link] = {}

        def visit(path: tuple[str, ...], attributes: Mapping[str, str]) -> None:
            if path != ("Relationships", "Relationship"):
                return
            if attributes.get("TargetMode", "").casefold() == "external":
                return
            target = self._target(folder, attributes.get("Target", ""))
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = Link(kind, target)

        if self.has(source):
            walk(self.pieces(source), self.where, visit)
        return found

    def type_of(self, part: str) -> str:
        """Return the content type of a part, in small letters; empty where none is told."""
        folded = _folded(part)
        extension = folded.rpartition(".")[2]
        return self._types.get(f"/{folded}") or self._types.get(f".{extension}", "")

    def _type(self, path: tuple[str, ...], attributes: Mapping[str, str]) -> None:
        kind = attributes.get("ContentType", "").casefold()
        if path == ("Types", "Default"):
            self._types[f".{attributes.get('Extension', '').casefold()}"] = kind
        elif path == ("Types", "Override"):
            self._types[f"/{_folded(attributes.get('PartName', ''))}"] = kind

    def _target(self, folder: str, target: str) -> str:
        plain = target.replace("\\", "/").split("#")[0]
        if _DRIVE.match(plain):
            return plain
        resolved = plain if plain.startswith("/") else f"{folder}/{plain}"
        # Some programs name a part from the root without saying so.
        if not self.has(resolved) and self.has(plain):
            resolved = plain
        return _resolved(resolved)


@dataclass(slots=True)
class SheetParts:
    """The sheets of cells that a workbook's main part names, each with the part it lies in."""

    where: str
    links: Mapping[str, Link]
    _found: list[tuple[SheetNote, str]] = field(default_factory=list)

    def add(self, link_id: str, name: str, *, hidden: bool) -> None:
        """Add a sheet by the link to it, unless that leads to a chart, a macro or the like."""
        link = self.links.get(link_id)
        if link is None or link.kind == "worksheet":
            self._found.append((SheetNote(name, hidden), link.part if link else ""))

    @property
    def notes(self) -> tuple[SheetNote, ...]:
        """List the sheets in order."""
        return tuple(note for note, _ in self._found)

    def part(self, sheet: int) -> tuple[str, str]:
        """Return a sheet's part, and its name for the sentences. Raises SourceDamaged."""
        note, part = self._found[sheet]
        where = filled("sheet {note} of {where}", note=note.name, where=self.where)
        if not part:
            raise unreadable(where, Words("it leads to no part of the workbook"))
        return part, where


def one_link(links: Mapping[str, Link], kind: str, where: str) -> str:
    """Return the part that the only link of a kind leads to, empty where there is none.

    Raises SourceDamaged where several parts could be meant.
    """
    found = {link.part for link in links.values() if link.kind == kind}
    if len(found) > 1:
        raise SourceDamaged(
            filled(
                "{where} names {found} parts as its {kind}: open it in the spreadsheet "
                "program and save it again as xlsx",
                where=where,
                found=str(len(found)),
                kind=kind,
            ),
            "KS6504",
        )
    return found.pop() if found else ""


def _folded(name: str) -> str:
    return _resolved(unquote(name).replace("\\", "/")).casefold()


def _resolved(name: str) -> str:
    steps: list[str] = []
    for step in name.split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in {"", "."}:
            steps.append(step)
    return "/".join(steps)
