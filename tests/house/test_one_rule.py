"""Hold that a rule which many need stands in one place."""

import ast
from pathlib import Path

from tests.support.source import ROOT, modules, tree

PIPELINE = ROOT / "pipeline"
MOBILE = "[3-9"
KNOWS_MOBILES = {"core/phones.py", "core/templates.py"}
"""Where a mobile number's form may be told: templates tell variables that look like numbers."""


def of_koosend() -> list[Path]:
    """Return the pipeline's modules but the emulator's, which read the provider on their own."""
    found = [one for one in modules() if PIPELINE in one.parents]
    return [one for one in found if "emulator" not in one.relative_to(PIPELINE).parts]


def strings(module: Path) -> list[str]:
    nodes = ast.walk(tree(module))
    return [one.value for one in nodes if isinstance(one, ast.Constant) and type(one.value) is str]


def test_the_form_of_a_mobile_number_is_told_in_one_place() -> None:
    told = {
        module.relative_to(PIPELINE).as_posix()
        for module in of_koosend()
        if any(MOBILE in text for text in strings(module))
    }
    assert told == KNOWS_MOBILES


def knows(module: Path, number: int) -> bool:
    """Tell whether a number stands in a module, as a whole one or not."""
    nodes = ast.walk(tree(module))
    return any(isinstance(one, ast.Constant) and one.value == number for one in nodes)


def test_how_long_a_day_is_and_which_time_china_has_is_told_in_one_place() -> None:
    told = {
        module.relative_to(PIPELINE).as_posix()
        for module in of_koosend()
        if knows(module, 86_400) or "timedelta(hours=8)" in module.read_text(encoding="utf-8")
    }
    assert told == {"core/times.py", "report/figures/timeline.py"}, (
        "the timeline has steps of a day"
    )
