"""Signs images that leave with C2PA content credentials: made by a machine, and under which decision.

No thumbnail goes in: by default an edit would carry a copy of the picture it was made from. No
account, no prompt and no digest of an input either. The decision's random id is all that leads
back, and only whoever runs the ledger can follow it. The input pictures never reach the library
that signs.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final

import c2pa

from consentry.core.errors import SafetyUnavailable

ASSERTION: Final = "org.consentry.decision"
"""The label of our own statement in the credentials."""

_SOURCE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_AGENT: Final = {"name": "Consentry"}
_PARENT: Final = "input-0"

_CLAIMED: Final = re.compile(rb"dec_[a-z2-7]{26}(?![a-z2-7])")


@dataclass(frozen=True, slots=True)
class Chain:
    """What images are signed with."""

    certificates: bytes
    """Certificates in PEM: that of the key first, then those above it."""
    key: bytes = field(repr=False)
    """The private key in PEM (PKCS #8), of a P-256 certificate."""


class Credentials:
    """Signs with one chain. Safe to share between threads."""

    def __init__(self, chain: Chain, version: str) -> None:
        """Sign with `chain`, as version `version` of Consentry."""
        self._chain = chain
        self._version = version
        # No look back at what was just signed: it would double the time and say nothing new.
        quick = {"builder": {"thumbnail": {"enabled": False}}, "verify": {"verify_after_sign": False}}
        self._settings: dict[str, Any] = quick

    def sign(self, data: bytes, kind: str, decision: str, *, edited: bool) -> bytes:
        """`data` with credentials. Raises SafetyUnavailable if it cannot be signed; then nothing leaves."""
        out = BytesIO()
        try:
            context = c2pa.Context(settings=c2pa.Settings.from_dict(self._settings))
            info = c2pa.C2paSignerInfo(
                alg=c2pa.C2paSigningAlg.ES256,
                sign_cert=self._chain.certificates,
                private_key=self._chain.key,
                ta_url=None,
            )
            builder = c2pa.Builder(self._manifest(kind, decision, edited=edited), context)
            builder.sign(c2pa.Signer.from_info(info), f"image/{kind}", BytesIO(data), out)
        except c2pa.C2paError:
            raise SafetyUnavailable("The image could not be signed.", code="credentials_failed") from None
        return out.getvalue()

    def _manifest(self, kind: str, decision: str, *, edited: bool) -> str:
        manifest: dict[str, object] = {
            "claim_generator_info": [{**_AGENT, "version": self._version}],
            "format": f"image/{kind}",
            "title": "image",
            "assertions": [
                {"label": "c2pa.actions.v2", "data": {"actions": _actions(edited=edited)}},
                {"label": ASSERTION, "data": {"decision": decision}},
            ],
        }
        if edited:
            parent = {"title": "input", "relationship": "parentOf", "instance_id": _PARENT, "label": _PARENT}
            manifest["ingredients"] = [parent]
        return json.dumps(manifest)


def claimed_decisions(data: bytes) -> tuple[str, ...]:
    """Ids of decisions that a file says it left under; it may lie, and a GIF may hide them in pieces.

    The file comes from anybody, so it is searched for what an id looks like and never parsed.
    """
    return tuple(dict.fromkeys(found.decode() for found in _CLAIMED.findall(data)))


def _actions(*, edited: bool) -> list[dict[str, object]]:
    if not edited:
        made = {"action": "c2pa.created", "digitalSourceType": f"{_SOURCE}trainedAlgorithmicMedia"}
        return [{**made, "softwareAgent": _AGENT}]
    changed = {"action": "c2pa.edited", "digitalSourceType": f"{_SOURCE}compositeWithTrainedAlgorithmicMedia"}
    opened: dict[str, object] = {"action": "c2pa.opened", "parameters": {"ingredientIds": [_PARENT]}}
    return [opened, {**changed, "softwareAgent": _AGENT}]
