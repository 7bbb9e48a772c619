# shellcheck shell=bash
# Shared by all scripts: where things are, how to speak, how to stay
# interruptible. Sourced, never run.
# shellcheck disable=SC2034  # names for the scripts that source this
set -euo pipefail
export LC_ALL=C.UTF-8
unset CDPATH
# An ordinary user of Debian has no sbin in the path.
PATH=$PATH:/usr/sbin:/sbin

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
ADDON=kbs_support
# Everything the project brings lies here; `make clean` removes it.
KBS=$ROOT/.kbs
LOGS=$KBS/log
CONF=$KBS/odoo.conf
DATA=$KBS/data
mkdir -p "$LOGS" "$KBS/stamps"
# Tells this checkout from another one that was, or will be, at this path.
[ -s "$KBS/id" ] || od -An -N12 -tx1 /dev/urandom | tr -d ' \n' >"$KBS/id"

say() { printf '%s\n' "$*"; }
step() { printf '== %s\n' "$*"; }
die() {
    printf 'ERROR: %s\n' "$*" >&2
    exit 1
}

# A short name for this checkout and user, for the few things that cannot
# live inside the checkout.
checkout_id() { printf '%s:%s' "$(id -u)" "$ROOT" | sha256sum | cut -c1-12; }

# Hash of files and folders: names and content, without compiled Python.
hash_of() {
    (
        cd "$ROOT"
        find "$@" -type f ! -name '*.pyc' ! -name '*~' -print0 |
            sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16
    )
}

# A stamp says that a step was finished, and for which inputs.
stamped() { [ "$(cat "$KBS/stamps/$1" 2>/dev/null)" = "$2" ]; }
unstamp() { rm -f "$KBS/stamps/$1"; }
stamp() {
    printf '%s\n' "$2" >"$KBS/stamps/$1.new"
    mv "$KBS/stamps/$1.new" "$KBS/stamps/$1"
}

# Two makes in one checkout would build the same things: the second waits.
# The lock is inherited by children, so it also covers what outlives a killed
# make; servers are started with 9>&- to let it go.
lock() {
    [ -z "${KBS_LOCKED:-}" ] || return 0
    exec 9>"$KBS/lock"
    if ! flock -n 9; then
        say "Another make is at work in this checkout; waiting for it."
        flock 9
    fi
    export KBS_LOCKED=1
}
unlock() {
    unset KBS_LOCKED
    exec 9>&-
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        # Without a terminal nobody can type a password.
        if [ -t 0 ]; then sudo "$@"; else sudo -n "$@"; fi
    else
        die "this needs root: $* (run it as root, or install sudo)"
    fi
}

# run_logged NAME REGEX COMMAND...: output goes to .kbs/log/NAME.log; every few
# seconds the last line that fits REGEX (its first group) is shown, so that a
# long step says how far it is.
run_logged() {
    local log=$LOGS/$1.log regex=$2 status=0
    shift 2
    : >"$log"
    "$@" </dev/null 2>&1 | show_progress "$log" "$regex" || status=$?
    [ "$status" = 0 ] && return
    grep -v ' INFO ' "$log" | tail -n 30 | sed 's/^/    | /' >&2
    printf 'ERROR: failed; the whole log is %s\n' "$log" >&2
    return "$status"
}
show_progress() {
    local line shown=$SECONDS
    while IFS= read -r line; do
        printf '%s\n' "$line" >&3
        if [[ $line =~ $2 ]] && ((SECONDS - shown >= 3)); then
            printf '   %s\n' "${BASH_REMATCH[1]}"
            shown=$SECONDS
        fi
    done 3>>"$1"
}

# --- the Python that runs Odoo -------------------------------------------

VENV=$KBS/venv
PYTHON=${KBS_PYTHON:-$VENV/bin/python}

# Where `import odoo` finds Odoo; empty when KBS_PYTHON has it by itself.
odoo_path() {
    if [ -n "${KBS_ODOO:-}" ]; then
        printf '%s' "$KBS_ODOO"
    elif [ -z "${KBS_PYTHON:-}" ]; then
        printf '%s' "$KBS/odoo/usr/lib/python3/dist-packages"
    fi
}

# What we add to a Python that is not ours (see scripts/python).
EXTRA=$KBS/lib

python_environment() {
    local path
    path=$(odoo_path)
    if [ -n "${KBS_PYTHON:-}" ]; then
        path=$EXTRA${path:+:$path}
    fi
    export PYTHONPATH=$path
    unset PYTHONHOME OPENERP_SERVER
    # Every command of Odoo reads its configuration there, without -c.
    export ODOO_RC=$CONF
}

# --- PostgreSQL -----------------------------------------------------------

# Starts the private server if no other is given, and points libpq to it.
use_postgres() {
    [ -n "${KBS_PG_READY:-}" ] && return
    "$ROOT/scripts/postgres" start
    if [ -n "${PGHOST:-}" ]; then
        export KBS_PG_GIVEN=1
    else
        eval "$("$ROOT/scripts/postgres" env)"
    fi
    export KBS_PG_READY=1
}

# run_odoo ARGS...: Odoo's command line with our configuration.
run_odoo() { "$PYTHON" -m odoo "$@"; }
