"""Requests go to KooMessage's own hosts over TLS, or nowhere but this machine."""

from pathlib import Path

import pytest

from pipeline.core.errors import CampaignInvalid
from pipeline.settings.load import load_campaign

CAMPAIGN = """
[campaign]
name = "members"
channel = "aim_basic"

[account]
{keys}

[source]
path = "members.csv"
phone = "手机号"

[message]
template = "600000001"
params = {{ p_1 = "姓名" }}
"""
LOGIN = """iam_endpoint = "{address}"
user_env = "IAM_USER"
password_env = "IAM_PASSWORD"
domain = "members-ltd"
project = "cn-north-4"
"""
ELSEWHERE = (
    "https://evil.example",
    "http://koomessage.myhuaweicloud.cn",
    "https://evilmyhuaweicloud.com",
    "https://koomessage.myhuaweicloud.com.evil.example",
    "https://koomessage.myhuaweicloud.com@evil.example",
    "https://evil.example#.myhuaweicloud.com",
    "https://evil.example?.myhuaweicloud.com",
    "https://evil.example/.myhuaweicloud.com",
    "https://evil.example\\\\.myhuaweicloud.com",
    "https://koomessage.myhuaweicloud.com/other",
    "https://user:pass@koomessage.myhuaweicloud.com",
    "ftp://koomessage.myhuaweicloud.com",
    "//koomessage.myhuaweicloud.com",
    "koomessage.myhuaweicloud.com",
    "http://192.0.2.1",
    "http://169.254.169.254",
    "http://0.0.0.0:8080",
    "http://2130706433",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "http://[::ffff:192.0.2.1]",
    "file:///etc/passwd",
    "unix:///var/run/x",
    "https://ｋoomessage.myhuaweicloud.com",
)


@pytest.mark.parametrize("address", ELSEWHERE)
@pytest.mark.parametrize("key", ["endpoint", "iam_endpoint"])
def test_an_address_of_anybody_else_is_refused(tmp_path: Path, key: str, address: str) -> None:
    keys = f'endpoint = "{address}"'
    if key == "iam_endpoint":
        keys = f'endpoint = "http://127.0.0.1:9"\n{LOGIN.format(address=address)}'
    file = tmp_path / "campaign.toml"
    file.write_text(CAMPAIGN.format(keys=keys), encoding="utf-8")
    with pytest.raises(CampaignInvalid, match=f"account.{key}"):
        load_campaign(file, 0.0)
