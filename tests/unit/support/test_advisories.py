"""An audit of parts fails where something is known, and where nothing could be asked."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.support.advisories import main

KNOWN = {"name": "jinja2", "version": "2.4.1", "vulns": [{"id": "CVE-2014-0012"}]}
SOUND = {"name": "aiohttp", "version": "3.14.5", "vulns": []}
HURT = {
    "name": "aiohttp",
    "version": "3.14.5",
    "vulns": [{"id": "CVE-2099-1", "fix_versions": ["3.14.6"]}],
}
PASSED_OVER = {"name": "aiohttp", "skip_reason": "could not be audited"}


def tool(folder: Path, parts: Sequence[Mapping[str, object]], canary: Mapping[str, object]) -> Path:
    """Write a tool that answers as pip-audit does: always with exit code 0."""
    for name, told in (("parts", parts), ("canary", [canary])):
        text = json.dumps({"dependencies": told, "fixes": []})
        (folder / name).write_text(text, encoding="utf-8")
    found = folder / "pip-audit"
    chosen = f"case $* in *canary.txt*) cat {folder}/canary;; *) cat {folder}/parts;; esac"
    found.write_text(f"#!/bin/sh\n{chosen}\n", encoding="utf-8")
    found.chmod(0o700)
    return found


@pytest.mark.parametrize(
    ("parts", "canary", "said"),
    [
        ([SOUND], KNOWN, ""),
        ([HURT], KNOWN, "aiohttp 3.14.5: CVE-2099-1, mended in 3.14.6"),
        ([PASSED_OVER], KNOWN, "aiohttp: not looked up: could not be audited"),
        ([SOUND], {**PASSED_OVER, "name": "jinja2"}, "the source of advisories does not answer"),
        ([SOUND], {**KNOWN, "vulns": []}, "the source of advisories does not answer"),
        ([], KNOWN, "no part was looked up"),
    ],
)
def test_an_audit_passes_only_where_every_part_was_looked_up_and_is_sound(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    parts: Sequence[Mapping[str, object]],
    canary: Mapping[str, object],
    said: str,
) -> None:
    code = main([str(tool(tmp_path, parts, canary)), "runtime.txt"])
    assert code == (1 if said else 0)
    assert said in capsys.readouterr().out


def test_a_tool_that_prints_nothing_is_no_pass(tmp_path: Path) -> None:
    broken = tmp_path / "pip-audit"
    broken.write_text("#!/bin/sh\necho no network >&2\n", encoding="utf-8")
    broken.chmod(0o700)
    with pytest.raises(SystemExit, match="no network"):
        main([str(broken), "runtime.txt"])
