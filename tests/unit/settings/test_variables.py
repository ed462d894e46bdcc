"""Where a secret stands in place of a variable's name, no sentence quotes it."""

import pytest

from pipeline.settings.bounds import variable_shown


@pytest.mark.parametrize("name", ["HUAWEICLOUD_SDK_AK", "KOO_TOKEN", "KOOSEND_RECEIPTS_TOKEN_2"])
def test_the_name_of_a_variable_is_shown(name: str) -> None:
    assert variable_shown(name) == name


@pytest.mark.parametrize(
    "secret",
    [
        "HPUAXYZ0ABCDEFGHIJKL",  # as access keys are
        "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5hJ7k",  # as secret keys are
        "MIIcanaryTOKEN0123456789",
        "a0b1c2d3e4f5061728394a5b6c7d8e9f",  # as `openssl rand -hex 16` makes them
        "Passw0rd_1",
        "KOO_" + "A1" * 40,
    ],
)
def test_what_may_be_the_secret_itself_is_not(secret: str) -> None:
    shown = variable_shown(secret)
    assert secret not in shown
    assert "may be the secret itself" in shown
