"""The table of codes, walked as a whole."""

import pytest

from pipeline.core.answer import Lost
from pipeline.koomessage.answers import answer_of
from pipeline.koomessage.codes import (
    CODES,
    DOUBTFUL_CODES,
    RATE_CODES,
    SPLIT_CODES,
    axiom_of,
    explain,
    is_about_rows,
    is_own,
    splits,
    stops_run,
)
from pipeline.koomessage.transport.calls import Reply

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


def test_only_codes_about_rows_are_said_to_be() -> None:
    about = {code for code in CODES if is_about_rows(code)}
    assert about == ABOUT_ROWS | SPLIT_CODES | {"KM.90018111"}
    assert not is_about_rows("KM.00008888")
    assert not any(CODES[code].stops_run for code in about)


def test_each_axiom_is_a_code_at_its_status() -> None:
    believed = {
        (status, code)
        for status in range(400, 600)
        for code in (*CODES, "KM.00008888", "APIGW.0399", "EMU.0001", "")
        if axiom_of(status, code)
    }
    sizes = {(413, code) for code in (*CODES, "KM.00008888", "APIGW.0399")}
    sizes |= {(400, code) for code in SPLIT_CODES}
    keys = {(401, code) for code in CODES if code.startswith(("APIGW.03", "APIG.03"))}
    assert believed == sizes | keys | {(401, "APIGW.0399")} | {(429, code) for code in RATE_CODES}
    assert {one for one in believed if splits(*one)} == sizes
    assert {"KM.00001500", "KM.90016301", "KM.90016403", "KM.90016416"} == SPLIT_CODES


@pytest.mark.parametrize("code", ["", "KM.1", "km.00001375", "KM.000013755", "APIGW.301", "403"])
def test_a_code_of_another_form_is_nobodys(code: str) -> None:
    assert not is_own(code)


def test_rate_refusals_and_doubtful_codes_are_in_the_table_and_stop_nothing() -> None:
    assert CODES.keys() >= RATE_CODES | DOUBTFUL_CODES
    assert not any(CODES[code].stops_run for code in RATE_CODES | DOUBTFUL_CODES)


@pytest.mark.parametrize("code", sorted(DOUBTFUL_CODES))
@pytest.mark.parametrize("status", [400, 403, 404, 422, 500])
def test_a_service_that_failed_proves_nothing_whatever_the_status(status: int, code: str) -> None:
    body = f'{{"error_code":"{code}","error_msg":"service exception"}}'.encode()
    said = Reply(status, body, "", "", 1000.0, 1000.0)
    assert isinstance(answer_of(said, lambda _: Lost("never read")), Lost)


@pytest.mark.parametrize(
    ("status", "stops"), [(400, False), (403, True), (404, True), (413, False), (422, False)]
)
def test_an_unknown_code_is_judged_by_its_status(status: int, *, stops: bool) -> None:
    assert stops_run(status, "KM.unheard") is stops
    assert explain("KM.unheard", "") == "KooMessage gave no reason"
    assert explain("KM.unheard", "because") == "because"
