"""The identity service beside the gateway: who may have a token, and whose account it is."""

from pipeline.emulator.http.fields import Call
from pipeline.emulator.state.emulation import Answer, Emulation, JsonObject, Operation

_SUBJECT = "X-Subject-Token"


def create_token(emulation: Emulation, call: Call) -> Answer:
    """Give a token in the header, where IAM gives it; errors have IAM's own shape."""
    issued = emulation.tokens.issue(call.body)
    return Answer(issued.status, issued.body, {_SUBJECT: issued.token} if issued.token else {})


def list_domains(emulation: Emulation, call: Call) -> JsonObject:
    """Name the account that the caller's token or key belongs to (KeystoneListAuthDomains)."""
    del call
    account = emulation.world.account
    domain = {
        "id": account.domain_id,
        "name": account.iam_domain,
        "description": "",
        "enabled": True,
        "links": {"self": f"/v3/domains/{account.domain_id}"},
    }
    return {"domains": [domain], "links": {"self": "/v3/auth/domains"}}


OPERATIONS = (
    Operation(
        "KeystoneCreateUserTokenByPassword",
        "POST",
        "/v3/auth/tokens",
        create_token,
        long_errors=False,
        is_open=True,
    ),
    Operation(
        "KeystoneListAuthDomains",
        "GET",
        "/v3/auth/domains",
        list_domains,
        long_errors=False,
        is_of_iam=True,
    ),
)
