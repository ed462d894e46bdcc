"""Ask whether an advisory is known for a part that koosend runs with, and notice a silence.

python -m tests.support.advisories PIP_AUDIT LOCK...: ends with 0 where every part was looked up and
none has an advisory, with 1 otherwise. The tool itself ends with 0 where it could look up nothing.
Beside the parts it is asked about one whose advisory has long been known: where that is not told,
nothing was looked up.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import msgspec

CANARY = "jinja2==2.4.1"
"""CVE-2014-0012 and others."""


class Dependency(msgspec.Struct):
    """A part as pip-audit tells of it: advisories that are known, or why it was passed over."""

    name: str
    version: str = ""
    vulns: list[dict[str, object]] = msgspec.field(default_factory=list)
    skip_reason: str = ""


class Audit(msgspec.Struct):
    """What pip-audit prints with --format json."""

    dependencies: list[Dependency]


def main(arguments: Sequence[str]) -> int:
    """Audit the parts and the canary."""
    tool, *locks = arguments
    with tempfile.TemporaryDirectory() as folder:
        canary = Path(folder) / "canary.txt"
        canary.write_text(f"{CANARY}\n", encoding="utf-8")
        known = _asked(tool, [str(canary)])
    found = [*complaints(_asked(tool, locks)), *silence(known)]
    for sentence in found:
        click.echo(sentence)
    return 1 if found else 0


def complaints(audit: Audit) -> Iterator[str]:
    """Say of each part what is known against it, or that nothing could be known."""
    if not audit.dependencies:
        yield "no part was looked up"
    for part in audit.dependencies:
        if part.skip_reason:
            yield f"{part.name}: not looked up: {part.skip_reason}"
        for advisory in part.vulns:
            fixed = ", ".join(map(str, _several(advisory.get("fix_versions")))) or "no version yet"
            yield f"{part.name} {part.version}: {advisory.get('id')}, mended in {fixed}"


def silence(audit: Audit) -> Iterator[str]:
    """Say so where the advisory that must be known was not told."""
    if not any(part.vulns for part in audit.dependencies):
        yield f"the source of advisories does not answer: it knows nothing against {CANARY}"


def _several(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []


def _asked(tool: str, files: Sequence[str]) -> Audit:
    named = [word for file in files for word in ("--requirement", file)]
    told = subprocess.run(
        [
            tool,
            "--progress-spinner",
            "off",
            "--disable-pip",
            "--no-deps",
            "--format",
            "json",
            *named,
        ],
        capture_output=True,
        check=False,
    )
    try:
        return msgspec.json.decode(told.stdout, type=Audit)
    except msgspec.DecodeError:
        raise SystemExit(
            f"{tool} printed no result: {told.stderr.decode(errors='replace')[-500:]}"
        ) from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
