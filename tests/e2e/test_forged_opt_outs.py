"""Somebody who learned the secret of the receipts' address posts opt-outs that nobody sent.

Those of people of the account count in whatever folder they were sent to. Of a thousand strangers a
few count; the others wait for a person, and no command ends well before that.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from tests.e2e.test_forged_receipts import ENV, push
from tests.support.command import Desk
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.serving import receipts_place

PER_DAY = 20
RECEIPTS = (
    '\n[receipts]\nlisten = "127.0.0.1:0"\nformer_token_env = "KOOSEND_FORMER_TOKEN"\n'
    f"strangers_per_day = {PER_DAY}\n"
)
FORGED = 1_000
IN_A_BODY = 100
KNOWN = [f"1390000{at:04d}" for at in range(FORGED)]
STRANGERS = [f"1880000{at:04d}" for at in range(FORGED)]


def write(desk: Desk, provider: EmulatorProcess, phones: Sequence[str]) -> None:
    rows = [f"{phone},会员{at},{at}" for at, phone in enumerate(phones)]
    text = "\n".join(("手机号,姓名,积分", *rows)) + "\n"
    (desk.folder / "members.csv").write_text(text, encoding="utf-8")
    desk.write_campaign(endpoint=provider.url, ask="false", extra=RECEIPTS)


def opt_outs(phones: Sequence[str]) -> Iterator[bytes]:
    for start in range(0, len(phones), IN_A_BODY):
        rows = [{"mobile": one, "content": "T"} for one in phones[start : start + IN_A_BODY]]
        yield json.dumps({"seq_id": f"forged-{phones[start]}", "result": rows}).encode()


def on_the_list(desk: Desk) -> int:
    line = ("suppress", "list", "--campaign", desk.campaign, "--json")
    return int(desk.koosend(*line, env=ENV).json["counts"]["opt_out"])


def test_people_of_another_folder_may_all_opt_out_and_of_a_thousand_strangers_a_few(
    desk: Desk,
) -> None:
    with running_emulator(desk.folder) as provider:
        write(desk, provider, KNOWN)
        assert (
            desk.koosend("run", desk.campaign, "--state", desk.folder / "other", env=ENV).exit == 0
        )
        write(desk, provider, ["13700000001"])
        with receipts_place(desk, ENV) as place:
            assert Counter(push(place, 0, body) for body in opt_outs(STRANGERS)) == {200: 10}
            assert on_the_list(desk) == PER_DAY
            assert Counter(push(place, 0, body) for body in opt_outs(KNOWN)) == {200: 10}
            assert on_the_list(desk) == PER_DAY + FORGED
        for command in ("run", "reconcile"):
            done = desk.koosend(command, desk.campaign, env=ENV)
            assert done.exit == 79, done.err
            assert "koosend suppress strangers --campaign" in done.err
        told = desk.koosend("status", desk.campaign, "--check", "--json", env=ENV)
        assert (told.exit, told.json["door"]["waiting_opt_outs"]) == (79, FORGED - PER_DAY)
        said = " ".join(alarm["what"] for alarm in told.json["alarms"])
        assert "980 numbers that this account never was to send to opted out" in said
        assert "2,000 numbers opted out by replies today, and 1,001 people were sent to" in said
        decide = ("suppress", "strangers", "--refuse", "--note", "forged", "--json")
        refused = desk.koosend(*decide, "--campaign", desk.campaign, env=ENV)
        assert refused.json["changed"] == FORGED - PER_DAY
        assert on_the_list(desk) == PER_DAY + FORGED
        assert desk.koosend("reconcile", desk.campaign, env=ENV).exit == 0
