"""Campaign files that a person, an editor or a script spoiled, each made by its number."""

import random
import re
from collections.abc import Callable

GOOD = """\
[campaign]
name = "members"
channel = "aim_links"
state = "state"
leftovers = "ask"

[account]
endpoint = "emulator"
store = "store"

[source]
path = "members.csv"
phone = "手机号"
fill_down = ["城市"]
settled_s = 0.0
wait_for = "0"

[message]
template = "700000001"
params = { name = "姓名", points = "积分", shop = "=云商城" }
expires_days = 7

[message.values."姓名"]
default = "会员"
spaces = "single"
truncate_chars = 10

[message.values."城市"]
date_format = "%Y年%-m月"

[message.short_url]
custom_url = "链接"
domains = ["example.com"]

[message.sms]
channel_number = "10690000001"
template = "15010661"
signature = "云商城"
app = "member-app"
params = ["姓名", "城市"]
link_position = 2

[fallback]
unsupported = "sms"
column = "兜底"

[fallback.sms]
channel_number = "10690000001"
template = "15010661"
signature = "云商城"
app = "member-app"
params = ["=甲"]

[limits]
messages_per_s = 100.0
concurrency = 8
window = "00:00-23:59"
max_messages = 100
max_cost = 50.5
max_rejected_share = 1

[doubt]
settle_s = 2
then = "hold"

[receipts]
listen = "127.0.0.1:0"
public_url = "http://127.0.0.1:8090"
allow = ["127.0.0.0/8"]

[emulator]
seed = 7
rate = 0
link_lifetime_s = 6

[screening]
skip_where = { "退订" = ["是"] }
allow = ["13800000001"]
repeat_days = 3

[prices]
sms_yuan = 0.05
parse_yuan = 0.02

[canary]
first = 25
wait_min = 1.5

[report]
language = "zh"
"""
"""A file in which nearly each section stands."""

ODD = (
    *(
        "inf",
        "-inf",
        "nan",
        "-1",
        "0",
        "1e999",
        "-0.0",
        "1_000",
        "0x7fffffffffffffffffffffff",
        "0o7",
    ),
    *("9" * 30, "9" * 400, "9" * 4_300, "9" * 5_000, "1" + "0" * 18, "0." + "0" * 400 + "1"),
    *("1979-05-27", "07:32:00", "1979-05-27T07:32:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31"),
    *(
        "true",
        "false",
        "True",
        "yes",
        "null",
        "[]",
        "{}",
        "[[[]]]",
        "[1, 2]",
        "[{ a = 1 }]",
        '[""]',
    ),
    *(
        '""',
        '" "',
        '"\\n"',
        '"a\\nb"',
        '"a\\u0000b"',
        '"\\u001b[31m"',
        '"\\u202e"',
        '"\\U0010ffff"',
    ),
    *('"="', '"=\\u0000"', '"#0"', '"#1"', '"#99999999999999999999"', f'"#{"9" * 5_000}"', '"-"'),
    *(
        f'"{"x" * 300}"',
        f'"{"长" * 5_000}"',
        f'"{"a/" * 3_000}"',
        f"'{'z ' * 400}'",
        '"~"',
        '"~x/y"',
    ),
    *(
        '"%"',
        '"%Q"',
        '"{date:%Y}"',
        '"{date:%999999999Y}"',
        '"{date:%\\u0000}"',
        '"{date:%"',
        '"../.."',
    ),
    *('"/dev/null/x"', '"/proc/self/mem"', '"/dev/zero"', '"."', '"/"', '"members.csv/x"', '"//"'),
    *(
        '"https://["',
        '"http://:80"',
        '"https://x:99999999"',
        '"https://[::1"',
        '"http://127.0.0.1:0"',
    ),
    *(
        '"https://a b.myhuaweicloud.com"',
        '"https://..myhuaweicloud.com"',
        '"http://[::ffff:127.0.0.1]"',
    ),
    *('"https://é.myhuaweicloud.com"', '"https://a\\n.myhuaweicloud.com"', '"https://@127.0.0.1"'),
    *(
        '"99999999999999999999h"',
        '"24:00-25:61"',
        '"١٢:٣٠-٢٣:٠٠"',
        '"0:0.0.0.0/99"',
        '"[::]:99999"',
    ),
    *(
        f'"a:{"9" * 5_000}"',
        '"13800138000"',
        '"请拨 138 0013 8000"',
        '"²³"',
        '"１３８００１３８０００"',
    ),
    *("[" * 500 + "]" * 500, "[" * 5_000 + "]" * 5_000, "{a=" * 3_000 + "1" + "}" * 3_000),
)
"""Values as TOML writes them, or as somebody does who does not know it."""

KEYS = (
    *('"max_cost\\n"', '"a\\nb"', '"\\u0000"', '"\\u001b]0;x\\u0007"', '"\\u202e"', "''", '"a.b"'),
    *(
        f'"{"k" * 5_000}"',
        '"a - at `$.b`"',
        '"`"',
        '"[0]"',
        '"$"',
        '"..."',
        "a.b.c",
        "名",
        "= =",
        "*",
    ),
    *(".".join("x" * 300), '"message.sms"', '"请拨13800138000"', "endpoint", "secret_key_env"),
)
SIGNS = "\x00\x01\x1b\x7f\x85\u2028\u202e\ufeff“”，＝［］【】\"'\\[]{}=#.,:\t\r\n \ud7ff😀0９"

Change = Callable[[random.Random, str], str]


def _one(rng: random.Random, pattern: str, text: str) -> re.Match[str] | None:
    found = list(re.finditer(pattern, text))
    return rng.choice(found) if found else None


def _value(rng: random.Random, text: str) -> str:
    """Give a key another value."""
    found = _one(rng, r"(?m)^[^\[\n=]+= (.*)$", text)
    if found is None:
        return text
    return text[: found.start(1)] + rng.choice(ODD) + text[found.end(1) :]


def _inner(rng: random.Random, text: str) -> str:
    """Give another text to one that stands within a list or a table."""
    found = _one(rng, r'"[^"\n]*"', text)
    if found is None:
        return text
    return text[: found.start()] + rng.choice(ODD) + text[found.end() :]


def _key(rng: random.Random, text: str) -> str:
    """Give a key another name."""
    found = _one(rng, r"(?m)^([^\[\n=]+) = ", text)
    if found is None:
        return text
    return text[: found.start(1)] + rng.choice(KEYS) + text[found.end(1) :]


def _section(rng: random.Random, text: str) -> str:
    """Give a section another name, or make it one of several."""
    found = _one(rng, r"(?m)^\[(.*)\]$", text)
    if found is None:
        return text
    name = rng.choice((rng.choice(KEYS), f"{found[1]}.{rng.choice(KEYS)}", f"[{found[1]}]"))
    return text[: found.start(1)] + name + text[found.end(1) :]


def _more(rng: random.Random, text: str) -> str:
    """Put a line more into a section."""
    lines = text.split("\n")
    lines.insert(rng.randrange(len(lines)), f"{rng.choice(KEYS)} = {rng.choice(ODD)}")
    return "\n".join(lines)


def _lines(rng: random.Random, text: str) -> str:
    """Take a line away, or let it stand twice."""
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    lines[at : at + 1] = [lines[at]] * rng.choice((0, 2))
    return "\n".join(lines)


def _signs(rng: random.Random, text: str) -> str:
    """Type a few signs where they do not belong."""
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(SIGNS) + text[at + rng.randint(0, 2) :]
    return text


def _cut(rng: random.Random, text: str) -> str:
    """Lose the end of the file."""
    return text[: rng.randrange(len(text) + 1)]


CHANGES: tuple[Change, ...] = (
    *(_value, _value, _value, _inner, _inner, _key, _section, _more, _lines, _signs, _cut),
)


def spoiled(number: int) -> bytes:
    """Return the file of a number; the same for the same number."""
    rng = random.Random(number)  # noqa: S311 -- no secret is made of it
    text = GOOD
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        text = rng.choice(CHANGES)(rng, text)
    return _encoded(rng, text)


def _encoded(rng: random.Random, text: str) -> bytes:
    """Write it as an editor might: nearly always in UTF-8."""
    encoding = rng.choice(("utf-8",) * 30 + ("utf-8-sig", "utf-16", "gb18030", "latin-1"))
    data = text.encode(encoding, errors="replace")
    return data if rng.random() < 0.98 else data.replace(b"\n", b"\r\n")
