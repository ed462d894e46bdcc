"""Requests for short links, as the official SDK writes them."""

from collections.abc import Sequence

from huaweicloudsdkkoomessage import v1 as sdk

from tests.support.emulator_clients import Call
from tests.support.emulator_sdk import CARD, Sdk


def link(flag: object, **changes: object) -> Sdk:
    """Return one link of a request, with the default world's card unless changed."""
    return sdk.CreateShortChainParam(**{"cust_flag": flag, "dync_params": CARD, **changes})


def asked(**changes: object) -> Sdk:
    """Return a request for personal links; changes replace fields of its body."""
    fields: dict[str, object] = {
        "tpl_id": "700000001",
        "sms_signs": ["云商城"],
        "resolving_times": 1,
        "aim_code_type": "individual",
        "expiration_time": 7,
        "params": [link("13800000000")],
        **changes,
    }
    body = sdk.CreateResolveTaskRequestBody(**fields)
    return sdk.CreateResolveTaskRequest(body=body)


def make_links(
    call: Call, flags: Sequence[str], codes: Sequence[str] | None = None, **changes: object
) -> Sdk:
    """Make a link for each flag; changes replace fields wherever they stand."""
    shared = {key: changes.pop(key) for key in ("dync_params", "custom_url") if key in changes}
    own: Sequence[str | None] = codes or [None] * len(flags)
    params = [
        link(flag, custom_short_code=code, **shared) for flag, code in zip(flags, own, strict=True)
    ]
    return call("create_resolve_task", asked(params=params, **changes))
