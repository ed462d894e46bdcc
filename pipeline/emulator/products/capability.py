"""Tell which numbers can show cards (CheckMobileCapability)."""

import re

from pipeline.emulator.http.codes import Code, refuse_if
from pipeline.emulator.http.fields import (
    Body,
    Call,
    JsonObject,
    body_of,
    entries,
    phone_of,
    text,
    texts,
)
from pipeline.emulator.http.operations import Operations
from pipeline.emulator.state.emulation import Emulation
from pipeline.emulator.state.fates import Fate
from pipeline.emulator.state.world import AimTemplate

MOBILES_MAX = 100

_MOBILE_LENGTH_MAX = 40
_DIGEST = re.compile(r"[0-9a-fA-F]{40}")


OPERATIONS = Operations()


@OPERATIONS.add("CheckMobileCapability", "POST", "/v1/aim/mobile-capabilities/check")
def check_capability(emulation: Emulation, call: Call) -> JsonObject:
    """Sort the numbers, each repeated as it was given."""
    body = body_of(call)
    mobiles = _mobiles(body)
    tpl_id = text(body, "tpl_id", (0, 32))
    template = emulation.world.aim_templates.get(tpl_id) if tpl_id else None
    refuse_if(tpl_id and template is None, Code.TEMPLATE_UNKNOWN, "tpl_id")
    is_hashed = _is_hashed(body)
    sorted_out: dict[bool, list[str]] = {True: [], False: []}
    for mobile in mobiles:
        fate = _fate(emulation, mobile, is_hashed=is_hashed)
        sorted_out[fate is not None and _shows(fate, template)].append(mobile)
    answer: JsonObject = {
        "supported_mobiles": sorted_out[True],
        "unsupported_mobiles": sorted_out[False],
    }
    if tpl_id:
        answer["tpl_id"] = tpl_id
    return answer


def _mobiles(body: Body) -> list[str]:
    mobiles = entries(body, "mobiles", Code.PHONES_EMPTY)
    refuse_if(len(mobiles) > MOBILES_MAX, Code.TOO_MANY_PHONES, "mobiles")
    return texts(mobiles, "mobiles", _MOBILE_LENGTH_MAX)


def _is_hashed(body: Body) -> bool:
    algorithm = text(body, "encryption_alg", (0, 32)) or "NONE"
    refuse_if(algorithm not in ("NONE", "SHA1"), Code.PARAMETER, "encryption_alg")
    return algorithm == "SHA1"


def _fate(emulation: Emulation, mobile: str, *, is_hashed: bool) -> Fate | None:
    if is_hashed:
        return (
            emulation.fates.of_digest(bytes.fromhex(mobile)) if _DIGEST.fullmatch(mobile) else None
        )
    # With a plus sign it is none of the forms that this operation documents.
    phone = None if mobile.startswith("+") else phone_of(mobile)
    return None if phone is None else emulation.fates.of(phone)


def _shows(fate: Fate, template: AimTemplate | None) -> bool:
    return fate.capable and (template is None or fate.vendor in template.vendors)
