"""Rows that are cut out of the XML are read as the parser reads them."""

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.core.errors import SourceDamaged
from pipeline.reader.workbooks.gathering import Gathering
from pipeline.reader.workbooks.protocol import Block
from pipeline.reader.workbooks.sheet_rows import SheetRows
from pipeline.reader.workbooks.sheet_values import Values
from pipeline.reader.workbooks.shown.formats import Styles
from tests.support.odd_files import sheet_xml

SHARED = ["一", "<b>", ""]
TEXT = st.text("a张&<>;'\"\t\n\r_x0 08D]", max_size=6)
MARKUP = st.sampled_from(
    [
        "&amp;",
        "&#65;",
        "<!-- </row> -->",
        "<![CDATA[</row>]]>",
        "<?a </row>?>",
        "<e/>",
        "<e><v>9</v></e>",
    ]
)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


INSIDE = st.lists(TEXT.map(escaped) | MARKUP, max_size=2).map("".join)
NUMBERS = st.sampled_from(
    ["12", "0", "007", "-1.5", "1e3", "x", " 5 ", "", "13800138000", "1234567890123456"]
)
VALUES = st.one_of(
    NUMBERS.map(lambda text: ("", f"<v>{text}</v>")),
    st.sampled_from(["0", "1", "2", "9", "x"]).map(lambda text: (' t="s"', f"<v>{text}</v>")),
    INSIDE.map(lambda text: (' t="str"', f"<f>1+1</f><v>{text}</v>")),
    INSIDE.map(lambda text: (' t="inlineStr"', f"<is><t>{text}</t></is>")),
    st.just((' t="inlineStr"', "<v>5</v>")),
    st.just((' t="n"', "<is><t>5</t></is>")),
    st.just((' t="e"', "<v>#N/A</v>")),
    st.just(("", "")),
)
STYLED = st.sampled_from(["", ' s="0"', ' s="1"', ' s="2"', ' s="9"'])


@st.composite
def rows(draw: st.DrawFn) -> str:
    """Draw rows, most of them in plain notation."""
    lines = []
    for line in draw(st.lists(st.integers(1, 30), max_size=6, unique=True).map(sorted)):
        number = draw(st.sampled_from([f' r="{line}"'] * 4 + ["", ' r="0"', f" r='{line}'"]))
        more = draw(st.sampled_from(["", ' spans="1:3"', ' ht="15" customHeight="1"', ' x="a>b"']))
        cells = "".join(draw(st.lists(cell(line), max_size=3)))
        ends = draw(st.sampled_from(["plain"] * 8 + ["empty", "space"]))
        row = f"<row{number}{more}>{cells}</row>" if ends != "empty" else f"<row{number}{more}/>"
        lines.append(f"{row} \n" if ends == "space" else row)
    return "".join(lines)


@st.composite
def cell(draw: st.DrawFn, line: int) -> str:
    column = draw(st.sampled_from(["A", "B", "C", "AA", "a", "ZZZ"]))
    kind, value = draw(VALUES)
    place = draw(st.sampled_from([f' r="{column}{line}"'] * 6 + ["", f' r="{column}{line + 1}"']))
    style = draw(STYLED)
    attributes = draw(st.sampled_from([place + style + kind] * 5 + [kind + style + place]))
    return f"<c{attributes}>{value}</c>" if value or draw(st.booleans()) else f"<c{attributes}/>"


def outcome(xml: str, cuts: list[int]) -> list[Block] | str:
    """Read a sheet's XML that comes in these pieces: its blocks, or the sentence."""
    content = xml.encode("utf-8", "surrogatepass")
    ends = [0, *sorted(cut % (len(content) + 1) for cut in cuts), len(content)]
    pieces = (content[start:end] for start, end in pairwise(ends))
    styles = Styles([0, 10, 200], {200: '"x"@'})
    found = SheetRows(Gathering("S", 4), Values(styles, SHARED))
    try:
        return list(found.blocks(_some(pieces)))
    except SourceDamaged as refused:
        return str(refused).split("(")[0]


def _some(pieces: Iterator[bytes]) -> Iterator[bytes]:
    return (piece for piece in pieces if piece)


@settings(max_examples=500, deadline=None)
@given(rows(), st.lists(st.integers(0, 4_000), max_size=4))
@example('<row r="2"><c r="A2"><v>1</v></c></row><row><c><v>2</v></c></row>', [])
@example('<row r="2"><c r="A2"><v>1</v></c><c/><c><v>3</v></c></row><row><c><v>2</v></c></row>', [])
@example('<row r="2" xmlns="other"><c r="A2"><v>1</v></c></row>', [])
@example('<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>', [5])
def test_rows_cut_out_are_what_the_parser_makes_of_them(xml: str, cuts: list[int]) -> None:
    # A comment before the first row leaves all of them to the parser.
    parsed = outcome(sheet_xml(f"<!-- -->{xml}"), [])
    assert outcome(sheet_xml(xml), cuts) == parsed
    assert outcome(sheet_xml(xml), []) == parsed
