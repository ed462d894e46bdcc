"""Closing the books by asking alone stays within what the provider's lists allow."""

import pytest

from tests.campaigns.bench.polling import polled

ROWS = 3_000
WINDOW = 10_000
PAGE = 100


@pytest.mark.parametrize(("channel", "task_rows"), [("aim", 100), ("sms", 500)])
def test_every_row_is_closed_and_no_query_goes_deeper_than_its_task(
    channel: str, task_rows: int
) -> None:
    done = polled(ROWS, channel)
    assert (done.rows, done.open_rows) == (ROWS, 0)
    assert done.deepest_page == task_rows <= WINDOW
    assert done.calls["ListAimSendDetails"] == ROWS // PAGE * done.passes


def test_a_pass_asks_each_thing_once() -> None:
    done = polled(ROWS)
    tasks = ROWS // PAGE
    assert done.passes == 1
    assert done.calls["ListAimResolveDetails"] == tasks
    assert done.calls["CheckMobileCapability"] <= 2 * tasks
