import logging

_logger = logging.getLogger(__name__)


class ScaleMixin:
    """What one costs, fifty cost little more: queries are counted and compared."""

    _analyzed_in = None  # the test that has made the statistics

    def count_queries(self, records, do):
        """Run ``do(records)`` from a cold cache; return the number of queries."""
        self.env.flush_all()
        if self._analyzed_in != self.id():
            # Statistics of a real database, which one long transaction has not.
            self.env.cr.execute("ANALYZE")
            type(self)._analyzed_in = self.id()
        self.env.invalidate_all()
        records = records.browse(records.ids)  # prefetch each other, and nothing else
        before = self.env.cr.sql_log_count
        do(records)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def compare(self, name, batches, do, ceiling):
        """Refuse more than ``ceiling`` queries for each record beyond the first.

        :param batches: one record, and fifty
        """
        one, fifty = (self.count_queries(x, do) for x in batches)
        slope = (fifty - one) / 49
        _logger.info("%s: %s queries for 1, %s for 50", name, one, fifty)
        self.assertLessEqual(slope, ceiling, (name, one, fifty))
