"""A bug of ours ends in one line that names its place and quotes nothing that it stumbled on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source import ROOT

ROW = "张三,13800138000,secret-key-of-4711"
STUMBLING = """
import sys
{where}
from pipeline.cli.main import main
sys.exit(main(["check", "campaign.toml", "--offline"]))
"""
IN_A_LIBRARY = f"""
import tomllib
def loads(text):
    try:
        raise ValueError({ROW!r})
    except ValueError as error:
        raise RuntimeError({ROW!r} + text) from error
tomllib.loads = loads
"""
OUT_OF_A_LIBRARY = f"""
import tomllib
class Error(Exception):
    def __str__(self):
        return {ROW!r}
    __repr__ = __str__
def loads(text):
    raise Error({ROW!r}, text)
tomllib.loads = loads
"""


@pytest.mark.parametrize("where", [IN_A_LIBRARY, OUT_OF_A_LIBRARY], ids=["chained", "its own"])
def test_the_line_of_a_bug_quotes_no_text_of_what_was_raised(tmp_path: Path, where: str) -> None:
    (tmp_path / "campaign.toml").write_text(f'[campaign]\nname = "{ROW}"\n', encoding="utf-8")
    (tmp_path / "told.py").write_text(STUMBLING.format(where=where), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "told.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 70
    (line,) = done.stderr.splitlines()
    assert line.startswith("koosend: a bug in koosend itself (")
    assert "told.py:" in line
    for part in (*ROW.split(","), "138****8000", "Traceback"):
        assert part not in line
    assert done.stdout == ""
