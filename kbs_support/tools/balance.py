"""Work shared out evenly, over tickets that come one by one or fifty at once."""


class Balance:
    """How many open tickets each person has, while a batch is being shared out."""

    def __init__(self, counts):
        """:param dict counts: ``{person: number of open tickets}``"""
        self.counts = dict(counts)

    def choose(self, *circles):
        """Return who has the least to do in the first circle that is not empty.

        Of several the one with the smallest key, so that the same always gives the
        same. What he gets counts for the next choice.

        :param circles: iterables of persons, the preferred ones first
        :return: person, or False when nobody is there

        >>> balance = Balance({1: 2, 2: 0})
        >>> [balance.choose([], [1, 2]) for _number in range(4)]
        [2, 2, 1, 2]
        >>> balance.choose([1], [2])
        1
        >>> balance.choose([], [])
        False
        """
        for circle in map(list, circles):
            if circle:
                person = min(circle, key=lambda x: (self.counts.get(x, 0), x))
                self.counts[person] = self.counts.get(person, 0) + 1
                return person
        return False
