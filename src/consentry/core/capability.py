"""What a gate is for: pictures of real people, or adult content of nobody, and never both.

Engineers of one generator could not reliably keep the two apart inside one service. So they are two
profiles, of which a gate has exactly one: there is no value that stands for both, and what a profile
admits is written here and not in any setting.
"""

from __future__ import annotations

from enum import StrEnum

from consentry.core.content import Request


class Capability(StrEnum):
    """The profile of one gate. It has exactly one."""

    PEOPLE = "people"
    """Pictures may be attached and people named. Explicit images are not made, as the terms say."""
    ADULT = "adult"
    """Explicit images of nobody may be made. No picture may be attached and nobody may be named."""

    def mixes(self, request: Request, names_somebody: bool) -> str:
        """Why the profile cannot take `request`: it brings a person to adult content. Empty if it can."""
        if self is Capability.PEOPLE:
            return ""
        if request.pictures:
            return "a picture is attached"
        if request.consent:
            return "a consent of somebody is named"
        return "somebody is named" if names_somebody else ""
