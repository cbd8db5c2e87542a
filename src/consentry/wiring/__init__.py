"""The only place that names an adapter: it builds the running system from the settings.

Everybody above imports from here; everything below is known to this folder alone.
"""

from consentry.remote.signer import new_secret, public_half
from consentry.wiring.assess import digest_in_force, open_assess, signature_of
from consentry.wiring.audit import open_log
from consentry.wiring.build import build
from consentry.wiring.canary import open_canary
from consentry.wiring.case import open_cases
from consentry.wiring.conversation import open_conversations
from consentry.wiring.decoders import open_hashing
from consentry.wiring.evidence import open_evidence, read_pack, seal_pack, verify_pack
from consentry.wiring.incident import open_incidents
from consentry.wiring.judges import ask_policy
from consentry.wiring.ledger import (
    open_consents,
    open_prompt_key,
    open_provenance,
    open_recall,
    open_who_made,
)
from consentry.wiring.lists import open_banking, open_sync
from consentry.wiring.notice import open_notices
from consentry.wiring.passage import egress, open_passage
from consentry.wiring.permits import change_permit_key, permit_key
from consentry.wiring.platforms import open_webhooks, try_webhook
from consentry.wiring.queue import open_queue
from consentry.wiring.rehearse import open_rehearsal
from consentry.wiring.staff import open_staff
from consentry.wiring.system import Site, System
from consentry.wiring.tools import open_access, today, verify_log_note
from consentry.wiring.upstream import drawing_generator

__all__ = [
    "Site",
    "System",
    "ask_policy",
    "build",
    "change_permit_key",
    "digest_in_force",
    "drawing_generator",
    "egress",
    "new_secret",
    "open_access",
    "open_assess",
    "open_banking",
    "open_canary",
    "open_cases",
    "open_consents",
    "open_conversations",
    "open_evidence",
    "open_hashing",
    "open_incidents",
    "open_log",
    "open_notices",
    "open_passage",
    "open_prompt_key",
    "open_provenance",
    "open_queue",
    "open_recall",
    "open_rehearsal",
    "open_staff",
    "open_sync",
    "open_webhooks",
    "open_who_made",
    "permit_key",
    "public_half",
    "read_pack",
    "seal_pack",
    "signature_of",
    "today",
    "try_webhook",
    "verify_log_note",
    "verify_pack",
]
