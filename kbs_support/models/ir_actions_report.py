from reportlab.graphics.shapes import Circle, Group, Line, Path
from reportlab.lib.colors import black, white

from odoo import api, models

SHARE = 0.16  # of the picture: far less than what the correction of the code restores
# Two bows of the sign ₴ as Bézier curves, where the circle has the radius 5.
BOWS = (
    (-0.8, 3.8, 2.2, 3.4, 1.9, 1.7),
    (1.6, 0, -1.6, 0, -1.9, -1.7),
    (-2.2, -3.4, 0.8, -3.8, 1.9, -2),
)


class IrActionsReport(models.Model):
    """The sign of the hryvnia in the middle of a payment QR."""

    _inherit = "ir.actions.report"

    @api.model
    def get_available_barcode_masks(self):
        # EXTENDS base
        masks = super().get_available_barcode_masks()
        return {**masks, "kbs_hryvnia": _draw_hryvnia}


def _draw_hryvnia(width, height, drawing):
    """Draw ₴ in a white circle over the middle of ``drawing``.

    With lines, as not every font has the sign.
    """
    zoom = drawing.transform[0]  # from the code's own units to pixels
    unit, x, y = width * SHARE / 10 / zoom, width / 2 / zoom, height / 2 / zoom
    wide = width * SHARE / 14  # pixels: a line does not grow with what it draws
    sign = Path(fillColor=None, strokeColor=black, strokeWidth=wide)
    sign.moveTo(-1.9, 2)
    for bow in BOWS:
        sign.curveTo(*bow)
    bars = [
        Line(-3, bar, 3, bar, strokeColor=black, strokeWidth=wide)
        for bar in (0.75, -0.75)
    ]
    circle = Circle(0, 0, 5, fillColor=white, strokeColor=None)
    drawing.add(Group(circle, sign, *bars, transform=(unit, 0, 0, unit, x, y)))
