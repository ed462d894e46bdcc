"""Draw the cells of a sheet: values with the formats that lists have, and some that few have."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

PLAIN = (
    "General",
    "0",
    "0.00",
    "#,##0",
    "#,##0.00",
    "00000",
    "0.0#",
    "0.00E+00",
    "0_ ",
    "0;-0",
    "@",
)
SHOWN = (
    *("0%", "0.00%", "0.0#%", "#%; 0#%; 0", "[>=1]0%;0.00%", "0%;[Red]-0%", "0.00%;(0.00%)"),
    *('"¥"#,##0.00', "¥#,##0;-¥#,##0", "[$¥-804]#,##0.00", "[$CNY]\\ #,##0.00", "[$€-2] #,##0.0"),
    *('0.00"%"', '#,##0"元"', "0.00元", '0"件"', 'General"分"', '"约"0.0"折"', '"No."0000'),
    '_ ¥* #,##0.00_ ;_ ¥* \\-#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ',
    '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)',
    *('"¥"#,##0.00;"¥"-#,##0.00;"免费"', '0;-0;"无"', '0.0,"千"', '0\\.0,"万"', '#,##0.0,,"百万"'),
    *("000-0000-0000", '0"年"00"月"', '[>=100]"多";[>=10]"中";"少"', "0;-0;;@", '[=0]"零";0.0'),
    *("#,##0_);(#,##0)", "0.00_);[Red](0.00)", "$#,##0.00_);($#,##0.00)", "#.##元", '"<"0">"'),
    *('[Blue]"赚"0.0;[Red]"亏"0.0;"平"', "#,##0.00\\ [$元-804]", '0"/"00', "+0.0%;-0.0%;0.0%"),
)
DAYS = (
    *(
        "yyyy-mm-dd",
        "yyyy/m/d",
        'yyyy"年"m"月"d"日"',
        "[$-804]aaaa;@",
        "m/d/yy",
        "d-mmm-yy",
        "mmm-yy",
    ),
    *('m"月"d"日"', "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", '[DBNum1][$-804]yyyy"年"m"月"d"日";@'),
    *("[$-409]mmmm d, yyyy;@", "dd.mm.yyyy", "yyyymmdd", "[Red]yyyy-mm-dd", "yyyy\\-mm\\-dd;@"),
)
MOMENTS = (
    "yyyy-mm-dd hh:mm:ss",
    "m/d/yyyy h:mm",
    'yyyy"年"m"月"d"日" h"时"mm"分"',
    "d/m/yy h:mm AM/PM",
)
CLOCKS = ("h:mm", "hh:mm:ss", "h:mm AM/PM", "[$-804]AM/PMh:mm;@")
SPANS = ("[h]:mm:ss", "[hh]:mm:ss")
WORDS = ("General", "@", '"尊敬的"@', "0;0;0;@", '0;-0;0;"("@")"', "0.00", "yyyy-mm-dd")
WITH_TEXT = frozenset({'"尊敬的"@', '0;-0;0;"("@")"'})
"""Those that show a text as something else."""

CANONICAL = {
    **dict.fromkeys(DAYS, "yyyy-mm-dd"),
    **dict.fromkeys(MOMENTS, "yyyy-mm-dd hh:mm:ss"),
    **dict.fromkeys(CLOCKS, "hh:mm:ss"),
    **dict.fromkeys(SPANS, "[h]:mm:ss"),
}
"""The format that shows a day or time in the way that koosend writes it."""

_NAMES = ("王芳", "李伟", "Anna", "a&b", "<x>", "张 三", "欧阳娜娜", "١٢", "No. 7", "0012")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A cell: a number, a text or a truth value, and the code of its format."""

    value: float | str | bool
    code: str

    @property
    def canonical(self) -> str:
        """Return the format whose text is what koosend writes, empty where that is this one."""
        return "" if isinstance(self.value, str | bool) else CANONICAL.get(self.code, "")


def drawn(chance: random.Random, count: int) -> Sequence[Drawn]:
    """Draw so many cells."""
    return [_drawn(chance) for _ in range(count)]


def _drawn(chance: random.Random) -> Drawn:
    kind = chance.random()
    if kind < 0.1:
        return Drawn(chance.choice(_NAMES), chance.choice(WORDS))
    if kind < 0.13:
        return Drawn(chance.random() < 0.5, chance.choice(("General", "0%")))
    if kind < 0.5:
        return Drawn(_number(chance), chance.choice(SHOWN))
    if kind < 0.7:
        return Drawn(_number(chance), chance.choice(PLAIN))
    return _time(chance)


def _number(chance: random.Random) -> float:
    whole = chance.choice((0, 0, 1, -1, 12, 100, 1234, 13800138000, 99_999_999, -3))
    part = chance.choice((0, 0, 0.5, 0.125, 0.006, 0.25, 1 / 3, 0.1 + 0.2, 0.00001))
    return float(whole) + part


def _time(chance: random.Random) -> Drawn:
    day = chance.choice((46356, 36526, 61, 44256, 73050, chance.randrange(61, 80_000)))
    seconds = chance.choice((0, 0, 1, 43200, 86_399, chance.randrange(86_400)))
    code = chance.choice((*DAYS, *MOMENTS, *CLOCKS, *SPANS))
    if code in DAYS:
        return Drawn(float(day), code)
    if code in CLOCKS:
        return Drawn(seconds / 86_400, code)
    if code in SPANS:
        return Drawn(chance.randrange(4) + seconds / 86_400, code)
    return Drawn(day + seconds / 86_400, code)
