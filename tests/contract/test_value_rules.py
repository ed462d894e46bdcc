"""Rows that were judged good are taken whole by a real emulator, over real HTTP."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.core.answer import Accepted, Answer, Refused
from pipeline.core.model import Message, Recipients, Rejection, RowBlock
from pipeline.core.templates import SmsTemplate, Templates, Variable, VariableKind
from pipeline.core.values import field_rules
from pipeline.emulator.options import EmulatorOptions
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.reader.options import ReaderOptions
from pipeline.reader.reading import read
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.koomessage import AIM_MESSAGE, NAME, options, using

K = VariableKind
MESSAGE = replace(AIM_MESSAGE, fields=("姓名", "积分"))
TEMPLATES = Templates(
    card=tuple(Variable(name, K.CARD, 0, 20) for name in ("name", "points", "shop")),
    sms=SmsTemplate(
        "15010661",
        "",
        (Variable("1", K.TEXT), Variable("2", K.NEWTEXT), Variable("3", K.CHARDIGIT)),
    ),
)
ROWS: tuple[tuple[str, str, Rejection | None], ...] = (
    ("张三", "128", None),
    ("Ann O Brien", "A1", None),
    ("会员(VIP)123456", "0", None),
    ("长" * 20, "9" * 20, None),
    ("😀" * 10, "1,234", None),
    ("长" * 21, "1", Rejection.VALUE_TOO_LONG),
    ("云.店", "1", Rejection.VALUE_FORBIDDEN),
    ("O'Brien", "1", Rejection.VALUE_FORBIDDEN),
    ("{{7*7}}", "1", Rejection.VALUE_FORBIDDEN),
    ("13800138000", "1", Rejection.VALUE_CONTACT),
    ("见https://a", "1", Rejection.VALUE_CONTACT),
    ("李四", "1.5", Rejection.VALUE_NOT_LETTERS_DIGITS),
    ("李四", "十", Rejection.VALUE_NOT_LETTERS_DIGITS),
    ("李四", "13800138000", Rejection.VALUE_CONTACT),
    ("", "1", Rejection.VALUE_MISSING),
)


def table(folder: Path) -> Path:
    lines = (f'138{at:08},"{name}","{points}"\n' for at, (name, points, _) in enumerate(ROWS))
    path = folder / "members.csv"
    path.write_text("手机号,姓名,积分\n" + "".join(lines), encoding="utf-8")
    return path


def only_block(source: ReaderOptions) -> RowBlock:
    (block,) = read(source)
    return block


def send(emulator: EmulatorProcess, message: Message, who: Recipients) -> Answer:
    async def submit(gateway: KooMessageGateway) -> Answer:
        return await gateway.submit(gateway.prepare(message, NAME, who))

    return asyncio.run(using(KooMessageGateway(options(emulator.url)), submit))


def reasons(block: RowBlock) -> Sequence[tuple[int, Rejection]]:
    return [(row.row, row.reason) for row in block.rejected]


def test_the_emulator_takes_every_row_that_passed_and_refuses_what_did_not(tmp_path: Path) -> None:
    plain = ReaderOptions(table(tmp_path), "手机号", MESSAGE.fields, frozenset(MESSAGE.fields))
    judged = only_block(replace(plain, rules=field_rules(MESSAGE, TEMPLATES, {})))
    assert reasons(judged) == [(at, why) for at, (*_, why) in enumerate(ROWS) if why]
    everyone = only_block(plain).recipients
    with running_emulator(tmp_path, EmulatorOptions(seed=7)) as emulator:
        answer = send(emulator, MESSAGE, judged.recipients)
        assert isinstance(answer, Accepted)
        assert not answer.refused
        for row in judged.rejected:
            alone = send(emulator, MESSAGE, everyone.part(row.row, row.row + 1))
            assert isinstance(alone, Refused), row.reason
