"""The words, codes and limits of the EU's public database of content decisions.

Source: the field rules of the Commission's transparency database, `StatementStoreRequest` and
`Statement` in github.com/digital-services-act/transparency-database (24 June 2026).
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

from consentry.core.policy import Harm, Outcome

MAX_GROUND = 500
"""Longest legal or contractual ground, in characters (transparency database)."""

MAX_EXPLANATION = 2_000
"""Longest explanation of a ground, in characters (transparency database)."""

MAX_FACTS = 5_000
"""Longest account of the facts, in characters (transparency database)."""

MAX_URL = 500
"""Longest reference address, in characters (transparency database)."""

MAX_SOURCE = 500
"""Longest name of a notifier, in characters (transparency database)."""

PUID = re.compile(r"[A-Za-z0-9_-]{1,500}", re.ASCII)
"""The form of a platform's own identifier of a statement (transparency database)."""

FIRST_CONTENT = date(2000, 1, 1)
"""Earliest day of content (transparency database)."""

FIRST_APPLICATION = date(2020, 1, 1)
"""Earliest day of a restriction (transparency database)."""

LAST_DAY = date(2038, 1, 1)
"""Latest day of anything (transparency database)."""

_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU = frozenset(_MEMBERS.split())
"""The member states of the European Union, ISO 3166."""

EEA = EU | {"IS", "LI", "NO"}
"""The places a statement may name: the European Economic Area."""

ILLEGAL = "DECISION_GROUND_ILLEGAL_CONTENT"
"""The content is against the law of the Union or of a member state (DSA Art. 3(h))."""

INCOMPATIBLE = "DECISION_GROUND_INCOMPATIBLE_CONTENT"
"""The content is against the operator's terms."""

GROUND_FIELDS = {
    ILLEGAL: ("illegal_content_legal_ground", "illegal_content_explanation"),
    INCOMPATIBLE: ("incompatible_content_ground", "incompatible_content_explanation"),
}
"""The two fields of the transparency database that belong to each ground."""

VISIBILITY = {
    Outcome.LABEL: "DECISION_VISIBILITY_CONTENT_LABELLED",
    Outcome.HOLD: "DECISION_VISIBILITY_CONTENT_DISABLED",
    Outcome.REFUSE: "DECISION_VISIBILITY_CONTENT_REMOVED",
}
"""What an outcome is called in the transparency database; what is allowed is not restricted."""

OTHER_VIOLATION = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
"""The category of what only the operator's terms exclude."""

CATEGORY = {
    Harm.INTIMATE_MADE: "STATEMENT_CATEGORY_CYBER_VIOLENCE",
    Harm.INTIMATE_SHARED: "STATEMENT_CATEGORY_CYBER_VIOLENCE",
    Harm.DEGRADING: "STATEMENT_CATEGORY_CYBER_VIOLENCE",
    Harm.CHILD: "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
    Harm.ADULT_CONTENT: OTHER_VIOLATION,
    Harm.UNREADABLE: OTHER_VIOLATION,
}
"""The category of each harm."""

KEYWORD = {
    Harm.INTIMATE_MADE: "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE",
    Harm.INTIMATE_SHARED: "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING",
    Harm.DEGRADING: "KEYWORD_CYBER_HARASSMENT",
    Harm.CHILD: "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL",
    Harm.ADULT_CONTENT: "KEYWORD_ADULT_SEXUAL_MATERIAL",
}
"""The keyword of each harm that has one. Those "against women" need a judgement nobody made."""

SYNTHETIC_KEYWORD = {
    Harm.INTIMATE_SHARED: "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE",
    Harm.CHILD: "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE",
}
"""The keyword instead, where the content is generated."""

ADULTS_ONLY = frozenset({Harm.INTIMATE_MADE, Harm.INTIMATE_SHARED})
"""Harms whose keywords exclude content depicting minors, by their definition in the database."""


class ContentType(StrEnum):
    """What kind of content it is, in the words of the transparency database."""

    IMAGE = "CONTENT_TYPE_IMAGE"
    VIDEO = "CONTENT_TYPE_VIDEO"
    SYNTHETIC = "CONTENT_TYPE_SYNTHETIC_MEDIA"


class Source(StrEnum):
    """What led to the decision, in the words of the transparency database."""

    NOTICE = "SOURCE_ARTICLE_16"
    """A notice under DSA Art. 16, such as a report by the person depicted."""
    TRUSTED_FLAGGER = "SOURCE_TRUSTED_FLAGGER"
    """A notice by an organisation with that status (DSA Art. 22)."""
    OTHER_NOTICE = "SOURCE_TYPE_OTHER_NOTIFICATION"
    """Any other hint from outside."""
    OWN = "SOURCE_VOLUNTARY"
    """The operator looked by itself."""


class Automation(StrEnum):
    """How far a machine decided, in the words of the transparency database."""

    FULLY = "AUTOMATED_DECISION_FULLY"
    PARTIALLY = "AUTOMATED_DECISION_PARTIALLY"
    NOT = "AUTOMATED_DECISION_NOT_AUTOMATED"
