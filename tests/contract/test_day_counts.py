"""The daily reports: read from the emulator, and told by the fake as it is scripted."""

import asyncio
import time
from pathlib import Path

from pipeline.core.answer import Accepted, DayCount, Unanswered
from pipeline.emulator.options import EmulatorOptions
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.products.send_reports import counts
from tests.support.emulator_process import running_emulator
from tests.support.fakes import ScriptedGateway
from tests.support.koomessage import AIM_MESSAGE, NAME, options, recipients, using

DAY_S = 86_400.0


def test_what_was_sent_by_a_template_is_counted_by_day_and_other_templates_are_not(
    tmp_path: Path,
) -> None:
    async def work(gateway: KooMessageGateway) -> list[tuple[DayCount, ...] | Unanswered]:
        taken = await gateway.submit(gateway.prepare(AIM_MESSAGE, NAME, recipients(7)))
        assert isinstance(taken, Accepted), taken
        now = time.time()
        return [
            await gateway.day_counts(template, now - DAY_S, now + DAY_S)
            for template in (AIM_MESSAGE.template, "700000002")
        ]

    with running_emulator(tmp_path, EmulatorOptions(seed=7)) as emulator:
        ours, others = asyncio.run(using(KooMessageGateway(options(emulator.url)), work))
    assert isinstance(ours, tuple)
    assert [one.submitted for one in ours] == [7]
    assert others == ()


def test_a_report_that_names_no_day_or_no_count_is_passed_over() -> None:
    rows: list[dict[str, object]] = [
        {"report_time": "2026-11-22", "tpl_id": "7", "submission_count": "12"},
        {"report_time": "2026-11-22 00:00:00", "submission_count": 3},
        {"report_time": "", "tpl_id": "7", "submission_count": 4},
        {"report_time": "2026-11-22", "tpl_id": "7"},
        {"report_time": "2026-11-22", "tpl_id": "8", "submission_count": 5},
    ]
    assert counts(rows, "7") == (DayCount("2026-11-22", 12), DayCount("2026-11-22", 3))


def test_the_fake_tells_what_is_scripted_or_is_silent() -> None:
    gateway = ScriptedGateway()
    gateway.reported["7"] = (DayCount("2026-11-22", 1),)
    assert asyncio.run(gateway.day_counts("7", 0.0, 1.0)) == gateway.reported["7"]
    assert asyncio.run(gateway.day_counts("8", 0.0, 1.0)) == ()
    gateway.silent = True
    assert isinstance(asyncio.run(gateway.day_counts("7", 0.0, 1.0)), Unanswered)
