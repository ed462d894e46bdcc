"""A cell of a megabyte, of whatever it is made, costs each step through koosend a moment.

Masking has its own measure: test_masking.py.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pipeline.core.legible.judgement import objection
from pipeline.core.phones import likely_number, mobiles_in, names_several
from pipeline.core.replies.meaning import judge
from pipeline.core.templates import ANY_SMS, KINDS, link_objection
from pipeline.core.text import visible
from pipeline.reader.phones import normalise
from pipeline.report.texts.safe import safe_cell
from tests.support.spreadsheets import PLAIN, options_for, seen, text_file

MEGABYTE = 1_000_000
MOMENT_S = 1.0
"""Time on a processor. A step that looks at each pair of characters would take hours."""

MADE_OF = ("1", "张", "; =", "\u200b", "\x1b[", "1 3 8 0 ", "http://a.")
STEPS: Mapping[str, Callable[[str], object]] = {
    "a number is looked for": normalise,
    "a likely one": likely_number,
    "several": names_several,
    "all of them": mobiles_in,
    "damage is looked for": objection,
    "a link is judged": link_objection,
    "an SMS's value": ANY_SMS.objection,
    **{f"a value of {kind}": KINDS[kind].objection for kind in KINDS},
    "a reply is judged": judge,
    "it is made visible": visible,
    "it is made a cell": safe_cell,
}


@pytest.mark.parametrize("step", STEPS)
def test_each_step_takes_a_moment_for_a_megabyte(step: str) -> None:
    for unit in MADE_OF:
        text = unit * (MEGABYTE // len(unit))
        began = time.process_time()
        STEPS[step](text)
        assert time.process_time() - began < MOMENT_S, f"of {unit!r}"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("unit", ["a", "张", "1 3 8 0 ", "\u202e", "0x7f."])
def test_a_cell_of_a_megabyte_costs_its_own_row_only(
    tmp_path: Path, unit: str, encoding: str
) -> None:
    long = unit * (MEGABYTE // len(unit))
    rows = "\n".join(f"张三,13800138001,{long}{more}" for more in ("", ",李四"))
    text = f"姓名,手机号,备注\n{rows}\n王芳,{PLAIN},x\n"
    path = text_file(tmp_path, text.encode(encoding))
    began = time.process_time()
    found = seen(options_for(path))
    assert time.process_time() - began < 3 * MOMENT_S
    assert found.phones == [PLAIN]
    assert {row.line for row in found.rejected} == {2, 3}
