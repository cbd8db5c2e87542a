"""Everything that can go wrong, split by whose fault it is; each error says what to do next.

    Trouble
    ├── CallerTrouble            the request is at fault: 4xx
    │   ├── BadInput             400  something in it cannot be used
    │   ├── NotAllowed           401  the key is missing, wrong or expired
    │   │   └── Forbidden        403  the key is good, but not for this
    │   │       └── NoPermit     403  a generator was called without the gate's permit
    │   ├── NotFound             404  there is no such thing
    │   ├── RouteNotGated        404  the gate does not know this route
    │   ├── TooLarge             413  over a stated limit
    │   ├── TooMany              429  too often from one network; wait, and it is taken
    │   └── Conflict             409  somebody was faster
    │       └── IllegalTransition  409  that cannot happen in this state
    ├── OurTrouble               we are at fault: 5xx, and nothing is released
    │   ├── SafetyUnavailable    503  a judge, the log or the store did not answer
    │   ├── Overloaded           503  too much at once; come back later
    │   └── LostLease            a job was taken over by another worker
    ├── UpstreamTrouble          502  a generator, platform or bank is at fault
    │   └── NotOffered           502  a platform cannot do this at all: a person must
    └── SetupTrouble             the operator's settings or law files are at fault: nothing starts

No error carries a picture, a prompt, an address, a secret or another service's reply.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil


class Trouble(Exception):
    """Something went wrong. `code` is for programs, `message` and `next_step` are for people."""

    status = 500
    code = "internal_error"
    next_step = "Try again; if it happens twice, tell the operator the request id."

    def __init__(self, message: str, *, code: str = "", next_step: str = "", param: str = "") -> None:
        """Say what happened; `param` names the field at fault."""
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.next_step = next_step or type(self).next_step
        self.param = param


class CallerTrouble(Trouble):
    """The request is at fault."""

    status = 400
    code = "invalid_request"
    next_step = "Correct the request and send it again."


class BadInput(CallerTrouble):
    """Something in the request cannot be used."""


class NotAllowed(CallerTrouble):
    """The key is missing, wrong or expired."""

    status = 401
    code = "invalid_api_key"
    next_step = "Send a valid key as `Authorization: Bearer …`, or ask the operator for one."


class Forbidden(NotAllowed):
    """The key is good, but not for this."""

    status = 403
    code = "insufficient_scope"
    next_step = "Use a key with this scope; `consentry key create --scopes …` makes one."


class NoPermit(Forbidden):
    """A generator was called without the gate's permit, or with one for something else."""

    code = "permit_invalid"
    next_step = "Send the request through the gate; it encloses a permit for exactly that request."


class NotFound(CallerTrouble):
    """There is no such thing."""

    status = 404
    code = "not_found"
    next_step = "Check the address."


class RouteNotGated(CallerTrouble):
    """The gate does not know this route, so nothing may pass through it."""

    status = 404
    code = "route_not_gated"
    next_step = "Use a gated route; /docs lists them."


class TooLarge(CallerTrouble):
    """Over a stated limit."""

    status = 413
    code = "too_large"
    next_step = "Send less."


class TooMany(CallerTrouble):
    """Too often from one network, or from everywhere at once. Nothing is refused for good."""

    status = 429
    code = "too_many"
    next_step = "Wait as long as Retry-After says, and send it again."

    def __init__(self, message: str, *, wait: timedelta = timedelta(0), turn: str = "", **more: str) -> None:
        """Say how long to `wait`; `turn` is to be sent along then. The rest is as for all trouble."""
        super().__init__(message, **more)
        self.seconds = max(ceil(wait.total_seconds()), 1)
        self.turn = turn


class Conflict(CallerTrouble):
    """Somebody was faster."""

    status = 409
    code = "conflict"
    next_step = "Read the present state and try again."


class IllegalTransition(Conflict):
    """That cannot happen in this state."""

    code = "illegal_transition"
    next_step = "Read the present state; this step is not open from there."


class OurTrouble(Trouble):
    """We are at fault, and nothing is released."""

    status = 503
    code = "safety_unavailable"
    next_step = "Try again later; nothing was released."


class SafetyUnavailable(OurTrouble):
    """A judge, the log or the store did not answer."""


class Overloaded(OurTrouble):
    """Too much at once."""

    code = "overloaded"
    next_step = "Come back after the time in Retry-After."


class LostLease(OurTrouble):
    """A job was taken over by another worker; whatever this one did is rolled back."""

    code = "lost_lease"
    next_step = "Nothing: the other worker goes on."


class UpstreamTrouble(Trouble):
    """A generator, platform or bank is at fault."""

    status = 502
    code = "upstream_failed"
    next_step = "Try again later; the service behind Consentry failed."


class NotOffered(UpstreamTrouble):
    """A platform has no way of doing this. Trying again is no use; a person there must do it."""

    code = "not_offered"
    next_step = "Ask the people who run the platform to do it; the case says what is left."


class SetupTrouble(Trouble):
    """The operator's settings or law files are at fault. Nothing starts."""

    code = "bad_setup"
    next_step = "Correct the setting or file that is named and start again."
