"""What stands before a generator and lets nothing through without a permit of the gate.

    from consentry.guard import PermitGuard
    app = PermitGuard(app, "gate.example/permit+…", generator="painter")

It runs on the generator's side. It knows verification keys and nothing else of Consentry: no
settings, no database, no policy. `consentry guard` is the same as a small proxy of its own.
"""

from __future__ import annotations

from consentry.guard.gatekeeper import Gatekeeper
from consentry.guard.middleware import PermitGuard
from consentry.guard.uses import Uses, UsesInFolder

__all__ = ["Gatekeeper", "PermitGuard", "Uses", "UsesInFolder"]
