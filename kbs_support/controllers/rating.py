from werkzeug.exceptions import NotFound

from odoo.http import request, route

from odoo.addons.rating.controllers.main import Rating
from odoo.addons.rating.models.rating_data import (
    RATING_HAPPY_VALUE,
    RATING_NEUTRAL_VALUE,
    RATING_UNHAPPY_VALUE,
)

from .typed import read_typed

MAX_WORDS = 10_000  # characters of what somebody writes beside his vote
RATES = {
    str(x) for x in (RATING_UNHAPPY_VALUE, RATING_NEUTRAL_VALUE, RATING_HAPPY_VALUE)
}


class KbsRating(Rating):
    """The page behind the faces of a letter; a wrong address is just not found."""

    @route()
    def action_open_rating(self, token, rate, **kwargs):
        if str(rate) not in RATES:
            raise NotFound()
        return super().action_open_rating(token, rate, **kwargs)

    @route()
    def action_submit_rating(self, token, rate=0, **kwargs):
        is_vote = request.httprequest.method == "POST"
        if (is_vote or rate) and str(rate) not in RATES:
            raise NotFound()
        # A file is no words, and PostgreSQL keeps no NUL.
        kwargs |= {
            "feedback": read_typed(kwargs, ("feedback",))["feedback"][:MAX_WORDS]
        }
        return super().action_submit_rating(token, rate=rate, **kwargs)
