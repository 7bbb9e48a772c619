from psycopg2.errors import ForeignKeyViolation

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_amount, format_date

from ..tools.locking import wait_for_others
from .product_pricelist_item import ONE_SECOND

# A message names so many prices or orders, and counts the rest.
NAMED = 10


class KbsPriceRevision(models.Model):
    """Applying and undoing: all prices in one transaction, or none (P4)."""

    _inherit = "kbs.price.revision"

    # === ACTIONS === #

    def action_apply(self):
        """End the old prices and start the new ones, just as the preview showed.

        Whoever comes second sees what the first one made (S4).

        :raise UserError: something has changed since, or another version is in the way
        """
        self.check_access("write")
        wait_for_others(self)
        for revision in self.filtered(lambda x: x.state != "applied"):
            revision._apply()
        return True

    def action_undo(self):
        """Take the new prices away and give the old ones their days back.

        :raise UserError: something was sold by the new prices, or they were edited
        """
        self.check_access("write")
        wait_for_others(self)
        for revision in self.filtered(lambda x: x.state != "undone"):
            revision._undo()
        return True

    # === APPLYING === #

    def _apply(self):
        self._check_draft()
        self._check_future()
        lines = self.line_ids._get_changed()
        wait_for_others(lines.old_item_id)
        self._raise_faults(
            self._get_price_faults(lines)
            or self._get_moved_faults(lines)
            or self._get_overlap_faults(lines)
        )
        prices = {line.old_item_id: line.new_price for line in lines}
        new_items = lines.old_item_id._kbs_start_versions(self._get_moment(), prices)
        for line in lines.sudo():
            line.new_item_id = new_items[line.old_item_id]
        # Sudo: nobody types in the state, not even who applies.
        self.sudo().write(
            {
                "state": "applied",
                "user_id": self.env.uid,
                "applied_on": fields.Datetime.now(),
            }
        )
        self._log_applied(lines)

    def _get_price_faults(self, lines):
        if not lines:
            return [self.env._("No price changes. Calculate, or set new prices.")]
        return [
            self.env._(
                "%(price)s: the new price has to be more than zero.",
                price=line._get_label(),
            )
            for line in lines
            if line.new_price <= 0
        ]

    def _get_moved_faults(self, lines):
        """Say which prices are not what the preview showed."""
        valid = self._get_valid_items(lines)
        return [
            self.env._(
                "%(price)s: the price has changed since. Calculate again.",
                price=line._get_label(),
            )
            for line in lines
            if not line.old_item_id
            or line.old_item_id != valid.get((line.pricelist_id, line.product_id))
            or line.old_item_id.date_end != line.date_end
            or line.currency_id.compare_amounts(
                line.old_item_id.fixed_price, line.old_price
            )
        ]

    def _get_valid_items(self, lines):
        """Return ``{(list, product): item}`` that is valid when the prices begin."""
        moment = self._get_moment()
        return {
            (pricelist, product): item
            for pricelist, own in lines.grouped("pricelist_id").items()
            for product, item in pricelist._kbs_get_fixed_rules(
                own.product_id, moment
            ).items()
        }

    def _get_overlap_faults(self, lines):
        """Say which versions begin on that day or later: they would be run over."""
        later = self.env["product.pricelist.item"].search(
            Domain(
                [
                    ("pricelist_id", "in", lines.pricelist_id.ids),
                    ("product_id", "in", lines.product_id.ids),
                    ("applied_on", "=", "0_product_variant"),
                    ("date_start", ">=", self._get_moment()),
                ]
            ),
            order="date_start, id",
        )
        line_by_key = {(x.pricelist_id, x.product_id): x for x in lines}
        return [
            self._get_overlap_fault(line_by_key[key], item)
            for item in later
            if (key := (item.pricelist_id, item.product_id)) in line_by_key
            and item.min_quantity == line_by_key[key].old_item_id.min_quantity
        ]

    def _get_overlap_fault(self, line, item):
        to_day = self.company_id._kbs_to_local_date
        values = {
            "price": line._get_label(),
            "amount": format_amount(self.env, item.fixed_price, line.currency_id),
            "start": format_date(self.env, to_day(item.date_start)),
            "end": format_date(self.env, item.date_end and to_day(item.date_end)),
        }
        if item.date_end:
            return self.env._(
                "%(price)s: there already is the price %(amount)s from %(start)s to "
                "%(end)s. Choose a later day, or take that version away first.",
                **values,
            )
        return self.env._(
            "%(price)s: there already is the price %(amount)s from %(start)s. Choose a "
            "later day, or take that version away first.",
            **values,
        )

    # === UNDOING === #

    def _undo(self):
        if self.state != "applied":
            raise UserError(
                self.env._("“%(revision)s” is not applied.", revision=self.name)
            )
        lines = self.line_ids._get_changed()
        wait_for_others(lines.old_item_id | lines.new_item_id)
        self._raise_faults(self._get_sold_faults(lines))
        self._raise_faults(self._get_touched_faults(lines))
        self._unlink_versions(lines.new_item_id)
        for date_end, same_end in lines.grouped("date_end").items():
            same_end.old_item_id.date_end = date_end
        self.sudo().state = "undone"
        self._log(
            self.env._(
                "Undone: the old prices are valid again from %(date)s on. Quotations "
                "by the new prices ask to update them when they are confirmed.",
                date=format_date(self.env, self.date_from),
            )
        )

    def _unlink_versions(self, items):
        """Delete new versions; PostgreSQL knows of a sale that we cannot see yet.

        :raise UserError: somebody confirmed an order by these prices a moment ago
        """
        try:
            with self.env.cr.savepoint():
                items.unlink()
        except ForeignKeyViolation as error:
            raise UserError(
                self.env._(
                    "Sold by the new prices a moment ago. Make another revision "
                    "instead."
                )
            ) from error

    def _get_sold_faults(self, lines):
        sold = lines.new_item_id._kbs_get_sale_lines_sudo()
        orders = sold.filtered(lambda x: x.state == "sale").order_id
        if not orders:
            return []
        names = ", ".join(orders[:NAMED].mapped("name"))
        return [
            self.env._(
                "Sold by the new prices already: %(count)s order(s), %(orders)s. "
                "Make another revision instead.",
                count=len(orders),
                orders=names + ("…" if len(orders) > NAMED else ""),
            )
        ]

    def _get_touched_faults(self, lines):
        """Say which versions somebody has changed since they were made."""
        return [
            self.env._(
                "%(price)s: its versions were changed after this revision, by hand or "
                "by another one. Take that back first.",
                price=line._get_label(),
            )
            for line in lines
            if not self._is_untouched(line)
        ]

    def _is_untouched(self, line):
        moment, old, new = self._get_moment(), line.old_item_id, line.new_item_id
        return (
            (old.date_end, new.date_start, new.date_end)
            == (moment - ONE_SECOND, moment, line.date_end)
            and not line.currency_id.compare_amounts(old.fixed_price, line.old_price)
            and not line.currency_id.compare_amounts(new.fixed_price, line.new_price)
        )

    # === MESSAGES === #

    def _raise_faults(self, faults):
        """Tell the faults at once, the first ones in full.

        :raise UserError: there are faults
        """
        if not faults:
            return
        told = faults[:NAMED]
        if len(faults) > NAMED:
            told.append(self.env._("… and %(count)s more.", count=len(faults) - NAMED))
        raise UserError("\n".join(told))

    def _log_applied(self, lines):
        def money(amount):
            return format_amount(self.env, amount, self.currency_id)

        self._log(
            self.env._(
                "Applied: %(count)s new prices from %(date)s. Clients: %(clients)s; "
                "one renewal of each: %(old)s → %(new)s (%(difference)s).",
                count=len(lines),
                date=format_date(self.env, self.date_from),
                clients=self.client_count,
                old=money(self.old_revenue),
                new=money(self.new_revenue),
                difference=money(self.revenue_difference),
            )
        )

    def _log(self, text):
        """Note on the revision, and on each of its price lists."""
        self.message_post(body=text)
        note = f"{self.name}. {text}"
        for pricelist in self.line_ids._get_changed().pricelist_id:
            pricelist.message_post(body=note)
