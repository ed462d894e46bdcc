"""The seeded bugs can still be planted, each of them, into the source as it is."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.campaigns.mutants.seed import Edit, Seed
from tests.campaigns.mutants.seeds import SEEDS
from tests.campaigns.mutants.trees import ROOT, SeedOutdated, plant


def _copied(seed: Seed, folder: Path) -> None:
    for edit in seed.edits:
        target = folder / edit.module
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text((ROOT / edit.module).read_text(encoding="utf-8"), encoding="utf-8")


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.code)
def test_a_seed_still_fits_the_source_and_leaves_it_readable(seed: Seed, tmp_path: Path) -> None:
    _copied(seed, tmp_path)
    plant(tmp_path, seed.edits)
    for edit in seed.edits:
        text = (tmp_path / edit.module).read_text(encoding="utf-8")
        assert text != (ROOT / edit.module).read_text(encoding="utf-8")
        ast.parse(text)
    assert all((ROOT / test.split("::")[0]).is_file() for test in seed.suite)


def test_a_seed_that_no_longer_fits_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("same\nsame\n", encoding="utf-8")
    for old in ("gone", "same"):
        with pytest.raises(SeedOutdated):
            plant(tmp_path, (Edit("module.py", old, "other"),))


def test_the_seeds_are_numbered_without_a_gap() -> None:
    codes = [seed.code for seed in SEEDS]
    kinds = Counter(code[0] for code in codes)
    assert codes == [f"{kind}{at}" for kind, n in kinds.items() for at in range(1, n + 1)]
