import re
from collections.abc import Iterable
from pathlib import Path

import pytest

import pipeline.ledger
from pipeline.ledger.sqlite.sql import QUERIES, named, queries, script, statements

FOLDER = Path(pipeline.ledger.__file__).parent


_METHODS = "do|do_many|insert|all|first|value|of_run|tasks|everything"


def _used(files: Iterable[Path]) -> set[str]:
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    return set(re.findall(rf"\b_?(?:{_METHODS})\(\s*\"([a-z_]+)\"", code))


def test_every_statement_is_used_and_every_used_name_is_a_statement() -> None:
    of_account = FOLDER / "account.py"
    of_lists = _used([FOLDER / "screening.py", *(FOLDER / "erasing").glob("*.py")])
    of_stores = set(queries("account.sql"))
    assert _used([of_account]) < of_stores
    assert of_stores - _used([of_account]) < of_lists
    of_page = set((FOLDER / "page").glob("*.py"))
    assert _used(of_page) == set(named(script("page.sql")))
    assert _used(set(FOLDER.rglob("*.py")) - {of_account} - of_page) - of_stores | set(
        named(script("suppression.sql"))
    ) | {"add_suppression", "erasures"} == set(QUERIES)


def test_statements_are_read_by_their_names() -> None:
    text = "-- about the file\n\n-- name: first\nSELECT 1\n\n-- name: second\nSELECT 2\nFROM run\n"
    assert named(text) == {"first": "SELECT 1", "second": "SELECT 2\nFROM run"}


def test_a_name_used_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        named("-- name: same\nSELECT 1\n-- name: same\nSELECT 2\n")


def test_a_script_is_split_with_its_triggers_whole() -> None:
    parts = list(statements(script("schema.sql")))
    triggers = [part for part in parts if "CREATE TRIGGER" in part]
    assert all(part.rstrip().endswith("END;") for part in triggers)
    assert len(triggers) == script("schema.sql").count("CREATE TRIGGER")


def test_a_script_that_breaks_off_is_refused() -> None:
    with pytest.raises(ValueError, match="within a statement"):
        list(statements("SELECT 1;\nSELECT 2\n"))
