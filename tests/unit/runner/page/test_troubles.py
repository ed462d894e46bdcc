"""What went wrong last is told from a run's events, with what to do about it."""

import json
from pathlib import Path

from pipeline.core.remedies.remedy import remedy_of
from pipeline.language import Language, spoken
from pipeline.runner.page.troubles import troubles_of

AT = "2026-11-28T21:24:10+08:00"


def events(folder: Path, **told: object) -> Path:
    file = folder / "events.jsonl"
    file.write_text(json.dumps({"at": AT, **told}) + "\n", encoding="utf-8")
    return file


def test_what_ended_a_run_is_told_by_its_own_remedy(tmp_path: Path) -> None:
    file = events(tmp_path, event="run.stopped", why="the first are sent to", error_code="KS7502")
    (trouble,) = troubles_of((), file)
    remedy = remedy_of("KS7502")
    assert remedy is not None
    assert (trouble.what, trouble.todo) == (remedy.title, remedy.mend)
    assert not spoken(trouble.todo, Language.ZH).isascii()
    assert trouble.detail == "the first are sent to"


def test_an_event_of_an_older_koosend_is_told_by_its_name(tmp_path: Path) -> None:
    for more in ({}, {"error_code": "KS0000"}):
        (trouble,) = troubles_of((), events(tmp_path, event="run.stopped", why="x", **more))
        assert "run the same command again" in spoken(trouble.todo, Language.EN)
