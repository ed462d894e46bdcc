"""A part of the campaign of the encodings; `make encodings` draws twenty thousand lists."""

from tests.campaigns.encodings.judge import campaign

LISTS = 2_300


def test_no_drawn_list_is_read_wrongly_and_few_chinese_ones_are_refused() -> None:
    findings = campaign(LISTS, seed=7)
    assert findings.counts.total() == LISTS
    assert findings.faults == []
