"""Fails on unexpected warnings and errors in Odoo's logs: check_log.py LOG..."""

import re
import sys

LINE = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ (WARNING|ERROR|CRITICAL) \S+ (.*)$")

# What may be there, each with its reason.
ALLOWED = [
    # The test was over and its browser closing while the page still loaded.
    re.compile(r"\.browser: Error received after termination"),
    # All tests were over, and the worker was told to end while it collected garbage.
    re.compile(r"PytestUnraisableExceptionWarning: .*<function gc_cumulative_time"),
]


def unexpected(path):
    with open(path, encoding="utf-8", errors="replace") as log:
        for number, line in enumerate(log, 1):
            match = LINE.match(line)
            if match and not any(rule.search(match[2]) for rule in ALLOWED):
                yield f"{path}:{number}: {match[1]} {match[2]}"


def main(paths):
    found = [line for path in paths for line in unexpected(path)]
    sys.stdout.writelines(f"{line}\n" for line in found)
    sys.stdout.write(f"Odoo logs: {len(paths)} read, {len(found)} unexpected lines\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
