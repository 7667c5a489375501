# shellcheck shell=sh
# What `chatbridge_gui/start` and `tests/run` share: find a Python that fits and, on Debian, install what
# is missing. To be read with `.`, not run.

say() {
    printf '%s\n' "$*" >&2
}

is_debian() {
    [ -r /etc/debian_version ] && command -v apt-get >/dev/null 2>&1
}

# as_root COMMAND...: run it as root, or fail. sudo may ask for a password only where somebody can answer.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        sudo "$@"
    elif command -v sudo >/dev/null 2>&1 && [ -t 0 ] && [ -z "${CI:-}" ]; then
        say "Administrator rights are needed for: $*"
        sudo "$@"
    else
        return 1
    fi
}

# debian_missing PACKAGE...: print those that are not installed.
debian_missing() {
    for package in "$@"; do
        # The braces belong to dpkg-query.
        # shellcheck disable=SC2016
        case "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" in
            *' installed') ;;
            *) printf '%s ' "$package" ;;
        esac
    done
}

# debian_install PACKAGE...: install those that are missing, or say how and fail.
debian_install() {
    missing=$(debian_missing "$@")
    [ -n "$missing" ] || return 0
    say "Installing Debian packages: $missing"
    # shellcheck disable=SC2086
    if as_root apt-get update -q >&2 &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing >&2; then
        return 0
    fi
    say "Please install them yourself, then run this again:"
    say "    sudo apt-get install $missing"
    return 1
}

# python_fits PYTHON yes|no: is it 3.11 or newer, can it make a virtual environment, and (yes) has it Tk?
python_fits() {
    "$1" -c '
import sys
if sys.version_info < (3, 11):
    sys.exit(1)
import ensurepip, ssl, venv
if sys.argv[1] == "yes":
    import tkinter
' "$2" >/dev/null 2>&1
}

# find_python yes|no: print the path of the first Python that fits.
find_python() {
    for name in ${CHATBRIDGE_PYTHON:+"$CHATBRIDGE_PYTHON"} python3 python3.14 python3.13 python3.12 python3.11 python \
        /usr/bin/python3 /usr/local/bin/python3 /opt/homebrew/bin/python3; do
        if path=$(command -v "$name" 2>/dev/null) && python_fits "$path" "$1"; then
            printf '%s\n' "$path"
            return 0
        fi
    done
    return 1
}

# need_python: print the path of a Python with Tk, installing it where that is possible, or say what to do.
need_python() {
    find_python yes && return 0
    if is_debian; then
        # Debian splits Python into three; the last two are missing on a fresh machine.
        debian_install python3 python3-venv python3-tk || return 1
        find_python yes && return 0
        say "This system's Python is older than 3.11; please install Python 3.11 or newer with its venv and tk packages."
    elif [ "$(uname -s)" = Darwin ]; then
        say "Please install Python 3.11 or newer from https://www.python.org/downloads/ (or: brew install python python-tk), then run this again."
    elif command -v dnf >/dev/null 2>&1; then
        say "Please install Python 3.11 or newer with Tk (sudo dnf install python3 python3-tkinter), then run this again."
    elif command -v pacman >/dev/null 2>&1; then
        say "Please install Python 3.11 or newer with Tk (sudo pacman -S python tk), then run this again."
    elif command -v zypper >/dev/null 2>&1; then
        say "Please install Python 3.11 or newer with Tk (sudo zypper install python311 python311-tk), then run this again."
    else
        say "Please install Python 3.11 or newer with venv and tkinter, then run this again."
    fi
    return 1
}
