"""What all tests share: how hard the properties are tried."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("dev", max_examples=50, deadline=None, database=None)
settings.register_profile(
    "deep",
    max_examples=3_000,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("deep" if os.environ.get("CONSENTRY_DEEP") == "1" else "dev")
