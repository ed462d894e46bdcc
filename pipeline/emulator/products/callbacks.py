"""Registering where receipts go (AddVmsCallBack, ListVmsCallbacks, AddCallBack, ListAimCallbacks).

Private and loopback addresses are taken although the provider refuses them: this is a rehearsal.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from pipeline.emulator.http.codes import Code, RefusedError
from pipeline.emulator.http.fields import Body, Call, JsonObject, body_of, text, whole
from pipeline.emulator.http.operations import Operations, success
from pipeline.emulator.state.emulation import Emulation
from pipeline.emulator.state.journal import CallbackLine
from pipeline.emulator.state.tasks import Product, derived_uuid

_BASIC = "/v1/aim-basic/callbacks"
_AIM = "/v1/aim/callbacks"

OPERATIONS = Operations()


@OPERATIONS.add("AddVmsCallBack", "POST", _BASIC, long_errors=False)
def add_basic_callback(emulation: Emulation, call: Call) -> JsonObject:
    """Register AIM basic's send status (0) or uplink (1) address."""
    body = body_of(call)
    url_type = whole(body.get("url_type"), "url_type", (0, 1))
    remark = text(body, "remark", (0, 1_000))
    callback = CallbackLine(
        Product.AIM_BASIC, url_type, _url(body), remark, emulation.clock.now_s()
    )
    emulation.register("AddVmsCallBack", callback)
    return success()


@OPERATIONS.add("ListVmsCallbacks", "GET", _BASIC, long_errors=False)
def list_basic_callbacks(emulation: Emulation, _call: Call) -> JsonObject:
    """List AIM basic's addresses."""
    callbacks = [
        {"url_type": line.url_type, "callback_url": line.callback_url, "remark": line.remark}
        for line in _registered(emulation, Product.AIM_BASIC)
    ]
    return success(data={"callbacks": callbacks})


@OPERATIONS.add("AddCallBack", "POST", _AIM)
def add_callback(emulation: Emulation, call: Call) -> JsonObject:
    """Register AIM's single (0), template status (1) or batch (2) address."""
    body = body_of(call)
    given = body.get("url_type")
    url_type = 0 if given is None else whole(given, "url_type", (0, 2))
    callback = CallbackLine(Product.AIM, url_type, _url(body), "", emulation.clock.now_s())
    emulation.register("AddCallBack", callback)
    return success(data=_shown(callback))


@OPERATIONS.add("ListAimCallbacks", "GET", _AIM)
def list_callbacks(emulation: Emulation, _call: Call) -> JsonObject:
    """List AIM's addresses."""
    return success(data=[_shown(callback) for callback in _registered(emulation, Product.AIM)])


def _url(body: Body) -> str:
    url = text(body, "callback_url", (1, 1_000)).strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        raise RefusedError(Code.PARAMETER, "callback_url") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise RefusedError(Code.PARAMETER, "callback_url")
    return url


def _registered(emulation: Emulation, product: Product) -> Iterator[CallbackLine]:
    lines = sorted(emulation.callbacks.items())
    return (callback for (owner, _), callback in lines if owner is product)


def _shown(callback: CallbackLine) -> JsonObject:
    return {
        "id": derived_uuid("callback", f"{callback.url_type}:{callback.callback_url}"),
        "callback_url": callback.callback_url,
        "url_type": callback.url_type,
    }
