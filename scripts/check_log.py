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
    # A test asks for what it may not have, and judges the answer.
    re.compile(
        r"^odoo\.http: (No CSRF validation token provided for path"
        r"|You are not allowed to access|У вас немає доступу до записів"
        r"|Uh-oh! Looks like you have stumbled upon|Only support managers import)"
    ),
    # A printer asks for the styles of a page while no browser's test serves them.
    re.compile(r"^odoo\.http: Database or registry unusable, trying without"),
    # Debian's wkhtmltopdf has no running headers, and papers of ours need none.
    re.compile(r"ir_actions_report: wkhtmltopdf: The switch --header-html, is not"),
    # A page in a frame was left before it had fetched what it would use later.
    re.compile(r"TestAccessibility\..*\.browser: Couldn't load preload assets"),
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
