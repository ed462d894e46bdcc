"""The table of codes, walked as a whole."""

import pytest

from pipeline.koomessage.codes import (
    CODES,
    DOUBTFUL_CODES,
    RATE_CODES,
    explain,
    stops_run,
)

ABOUT_ROWS = {
    "KM.00001375",
    "KM.00001403",
    "KM.00001404",
    "KM.00001502",
    "KM.00001503",
    "KM.90016482",
    "KM.90016801",
}
ABOUT_THE_CAMPAIGN = {
    "KM.00001080",
    "KM.00001125",
    "KM.00001128",
    "KM.00001135",
    "KM.00001138",
    "KM.00001376",
    "KM.00001377",
    "KM.90016405",
    "KM.90016802",
    "APIGW.0302",
}


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_explained_with_what_to_do(code: str) -> None:
    sentence = explain(code, "")
    assert CODES[code].meaning in sentence
    assert CODES[code].mend in sentence
    assert "said so" in explain(code, "said so")


def test_codes_about_rows_do_not_stop_a_run_and_those_about_the_campaign_do() -> None:
    assert not any(stops_run(400, code) for code in ABOUT_ROWS)
    assert all(stops_run(400, code) for code in ABOUT_THE_CAMPAIGN)


def test_rate_refusals_and_doubtful_codes_are_in_the_table_and_stop_nothing() -> None:
    assert CODES.keys() >= RATE_CODES | DOUBTFUL_CODES
    assert not any(CODES[code].stops_run for code in RATE_CODES | DOUBTFUL_CODES)


@pytest.mark.parametrize(
    ("status", "stops"), [(400, False), (403, True), (404, True), (413, False), (422, False)]
)
def test_an_unknown_code_is_judged_by_its_status(status: int, *, stops: bool) -> None:
    assert stops_run(status, "KM.unheard") is stops
    assert explain("KM.unheard", "") == "KooMessage gave no reason"
    assert explain("KM.unheard", "because") == "because"
