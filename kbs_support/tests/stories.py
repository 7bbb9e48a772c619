"""How hypothesis tells its stories here; imported before all tests."""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from odoo.tools import mute_logger

# Stories of a run; CI tells a few, `STORIES=200 make test T=...` as many as you like.
STORIES = int(os.environ.get("STORIES", "8"))
STEPS = int(os.environ.get("STEPS", "14"))

# Several workers share a processor: how long a story takes says nothing.
settings.register_profile(
    "kbs", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("kbs")


def tell_stories(make):
    """Run the state machine that ``make()`` returns, once for each story."""
    with mute_logger("odoo.sql_db"):
        run_state_machine_as_test(
            make,
            settings=settings(
                max_examples=STORIES,
                stateful_step_count=STEPS,
                deadline=None,
                derandomize=STORIES < 10,  # CI tells the same stories each time
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
                database=None,
            ),
        )
