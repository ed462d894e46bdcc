"""The identity service beside the gateway: who may have a token, and whose account it is."""

from pipeline.emulator.http.fields import Call, JsonObject
from pipeline.emulator.http.operations import Answer, Operations
from pipeline.emulator.state.emulation import Emulation

_SUBJECT = "X-Subject-Token"


OPERATIONS = Operations(long_errors=False)


@OPERATIONS.add("KeystoneCreateUserTokenByPassword", "POST", "/v3/auth/tokens", is_open=True)
def create_token(emulation: Emulation, call: Call) -> Answer:
    """Give a token in the header, where IAM gives it; errors have IAM's own shape."""
    issued = emulation.tokens.issue(call.body)
    return Answer(issued.status, issued.body, {_SUBJECT: issued.token} if issued.token else {})


@OPERATIONS.add("KeystoneListAuthDomains", "GET", "/v3/auth/domains", is_of_iam=True)
def list_domains(emulation: Emulation, _call: Call) -> JsonObject:
    """Name the account that the caller's token or key belongs to."""
    account = emulation.world.account
    domain = {
        "id": account.domain_id,
        "name": account.iam_domain,
        "description": "",
        "enabled": True,
        "links": {"self": f"/v3/domains/{account.domain_id}"},
    }
    return {"domains": [domain], "links": {"self": "/v3/auth/domains"}}
