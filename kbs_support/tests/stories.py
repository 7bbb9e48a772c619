"""How hypothesis tells its stories here; imported before all tests."""

from hypothesis import HealthCheck, settings

# Several workers share a processor: how long a story takes says nothing.
settings.register_profile(
    "kbs", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("kbs")
