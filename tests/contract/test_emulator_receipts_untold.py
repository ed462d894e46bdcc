"""Receipts that are told otherwise than they are: task ids, codes, and segments of one text."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from tests.support.emulator_plain import FAULTS, ask, own
from tests.support.emulator_process import EmulatorProcess, emulator_of_world
from tests.support.emulator_rehearsal import rule
from tests.support.emulator_sdk import phones, sdk_client, send_basic, send_cards
from tests.support.emulator_sms import register_aim, register_basic
from tests.support.receivers import Body, Receiver, receiver

COUNT = 40
WORLD = "[numbers]\ndeliver_delay_s = [0.0, 0.0]\nsilent = 0.0\ndelivered = 1.0\nparsed = 1.0\n"
WORLD += "[receipts]\ndeliverd = 0.0\n"
CODES = ["UNKNOWN", "000000", "ACCEPTED", "0", ""]


@contextmanager
def pushing(
    folder: Path, rules: str, world: str = WORLD
) -> Iterator[tuple[EmulatorProcess, Receiver]]:
    with emulator_of_world(folder, world) as emulator, receiver() as customer:
        assert own(emulator.url, ("PUT", FAULTS), rules.encode()).status == 200
        client = sdk_client(emulator.url)
        register_aim(client, customer.url, 2)
        register_basic(client, customer.url)
        yield emulator, customer


def videos(emulator: EmulatorProcess, customer: Receiver) -> tuple[str, list[Body]]:
    """Send video messages and return their task with their reports."""
    task_id = send_basic(sdk_client(emulator.url), "untold", phones(COUNT)).data.task_id
    reports: list[Body] = []
    while len(reports) < COUNT:
        reports += customer.next()["reports"]
    return task_id, reports


def cards(emulator: EmulatorProcess, customer: Receiver, count: int) -> tuple[str, list[Body]]:
    """Send cards and return their task with as many of the texts' reports."""
    task_id = send_cards(sdk_client(emulator.url), "untold", phones(COUNT)).task_id
    reports: list[Body] = []
    while len(reports) < count:
        push = customer.next()
        if push["callback_type"] == "sms":
            reports += json.loads(push["body"])
    return task_id, reports


FORMS: dict[str, Callable[[str], str]] = {
    "no_dashes": lambda task_id: task_id.replace("-", ""),
    "capitals": str.upper,
    "bare_capitals": lambda task_id: task_id.replace("-", "").upper(),
}


@pytest.mark.parametrize("form", FORMS)
def test_task_ids_may_be_written_in_another_form(tmp_path: Path, form: str) -> None:
    with pushing(tmp_path, rule("receipts_task_ids", form=form)) as (emulator, customer):
        task_id, reports = videos(emulator, customer)
        assert {report["task_id"] for report in reports} == {FORMS[form](task_id)}
        task_id, reports = cards(emulator, customer, COUNT)
        assert {report["task_id"] for report in reports} == {FORMS[form](task_id)}
        (shown,) = own(emulator.url, ("GET", FAULTS)).json["rules"]
        assert shown["fired"] >= 2 * COUNT


def test_task_ids_without_a_form_are_written_in_all_of_them_in_their_share(tmp_path: Path) -> None:
    with pushing(tmp_path, rule("receipts_task_ids", probability=0.8)) as (emulator, customer):
        task_id, reports = videos(emulator, customer)
        told = {report["task_id"] for report in reports}
        assert told == {task_id} | {form(task_id) for form in FORMS.values()}


def test_receipts_may_come_for_tasks_that_nobody_has_made(tmp_path: Path) -> None:
    rules = rule("receipts_task_ids", form="unknown", probability=0.5)
    with pushing(tmp_path, rules) as (emulator, customer):
        task_id, reports = videos(emulator, customer)
        strange = {report["task_id"] for report in reports} - {task_id}
        assert len(strange) == 1
        assert str(UUID(*strange)) in strange
        assert {report["mobile"] for report in reports} == set(phones(COUNT))


def test_codes_may_say_nothing(tmp_path: Path) -> None:
    with pushing(tmp_path, rule("receipts_codes", codes=CODES)) as (emulator, customer):
        _, reports = videos(emulator, customer)
        assert {report["code"] for report in reports} == set(CODES)
        assert {report["status"] for report in reports} == {0}
        _, reports = cards(emulator, customer, COUNT)
        assert {report["send_status"] for report in reports} == set(CODES)
        truths = [line["truth"]["code"] for line in emulator.messages()]
        assert truths == ["DELIVRD"] * 2 * COUNT


def test_a_share_of_the_codes_is_true(tmp_path: Path) -> None:
    rules = rule("receipts_codes", codes=["UNKNOWN"], probability=0.5)
    with pushing(tmp_path, rules) as (emulator, customer):
        codes = [report["code"] for report in videos(emulator, customer)[1]]
        assert 5 < codes.count("UNKNOWN") < COUNT - 5
        assert set(codes) == {"UNKNOWN", "DELIVRD"}


def test_segments_of_one_text_may_contradict_each_other(tmp_path: Path) -> None:
    long = f'[sms_templates.15010661]\ncontent = "{"长" * 75}${{1}}${{2}}${{3}}"\n'
    rules = rule("receipts_segments", code="MK:0001")
    with pushing(tmp_path, rules, WORLD + long) as (one, customer):
        _, reports = cards(one, customer, 2 * COUNT)
        told = {(report["sequence"], report["send_status"]) for report in reports}
        assert told == {("1", "DELIVRD"), ("2", "MK:0001")}
        failed = {report["send_status_desc"] for report in reports if report["sequence"] == "2"}
        assert failed == {"fail"}
        details = ask(one.url, ("GET", "/v1/aim/send-details?offset=0&limit=100")).json
        assert {row["send_status"] for row in details["send_details"]} == {"success"}
