"""The samples hold what their README says, and koosend makes of it what it says."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from pipeline.core.phones import is_mobile
from tests.support.spreadsheets import Seen, options_for, seen

FOLDER = Path(__file__).parents[3] / "sample_data"
FILES = ("members.csv", "members-gb18030.csv", "members.xlsx")
FIELDS = ("姓名", "积分")


def table(heading: str) -> list[list[str]]:
    """Return the rows of the README's table below a heading."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8").split(f"## {heading}\n")[1]
    rows = re.findall(r"^\| (.*) \|$", text.split("\n## ")[0], re.MULTILINE)
    return [row.split(" | ") for row in rows[1:]]


def counted(found: Seen) -> dict[str, int]:
    counts = Counter(row.reason.value for row in found.rejected)
    read = len(found.sent) + len(found.rejected)
    return {"rows read": read, "sendable": len(found.sent), **counts}


@pytest.mark.parametrize("name", FILES)
def test_the_totals_are_those_of_the_readme(name: str) -> None:
    column = 2 if name.endswith("xlsx") else 1
    promised = {row[0]: int(row[column]) for row in table("Totals") if row[column] != "0"}
    found = seen(options_for(FOLDER / name, FIELDS))
    assert counted(found) == promised
    assert promised["rows read"] >= 12_000


@pytest.mark.parametrize("name", FILES)
def test_each_oddity_ends_as_the_readme_says(name: str) -> None:
    found = seen(options_for(FOLDER / name, FIELDS))
    ends = {line: reason.value for line, reason in found.reasons}
    ends |= {int(row[1]): "sent" for row in found.sent}
    column = 2 if name.endswith("xlsx") else 1
    for row in table("What is odd, and where"):
        for line in row[3].split(", "):
            assert ends.get(int(line), "blank") == row[column], (row[0], line)


def test_the_text_files_say_the_same_to_the_last_value() -> None:
    first, second = (seen(options_for(FOLDER / name, FIELDS)) for name in FILES[:2])
    assert first == second


def test_what_can_be_sent_meets_the_providers_rules_for_values() -> None:
    for row in seen(options_for(FOLDER / "members.csv", FIELDS)).sent:
        _, _, phone, name, points = map(str, row)
        assert is_mobile(phone)
        assert re.fullmatch(r"[^.。'<>{}\s]{1,20}", name)
        assert re.fullmatch(r"[0-9A-Za-z]{1,20}", points)


def test_the_generator_makes_the_committed_files_again(tmp_path: Path) -> None:
    subprocess.run([sys.executable, FOLDER / "make.py", tmp_path], check=True)
    for name in (*FILES, "README.md"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name
