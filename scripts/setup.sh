#!/usr/bin/env bash
# setup.sh run|test: installs what invite_pipeline needs to run, or also what its checks and tests need.
#
# System packages come by apt (as root or with sudo), Python packages from a lock file into .venv. What is there
# already is left alone, so that a second call ends at once. PYTHON=… chooses another interpreter than python3.
set -euo pipefail
cd "$(dirname "$0")/.."

# WeasyPrint loads these libraries; the fonts of the letters are Python packages.
packages=(ca-certificates libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)
lock=requirements.lock

say() { printf 'setup: %s\n' "$*"; }

fail() {
  printf 'setup: %s\n' "$@" >&2
  exit 1
}

on_ubuntu() { grep -qsx 'ID=ubuntu' /etc/os-release; }

# What the tests and benchmarks need on top: PostgreSQL's and dovecot's server programs, postfix's smtp-sink and
# smtp-source, a browser, and a library for what drives it.
add_test_needs() {
  lock=requirements-dev.lock
  packages+=(postgresql dovecot-imapd postfix libatomic1)
  if on_ubuntu; then
    # Ubuntu has Chromium only as a snap: Playwright fetches its own, which needs these libraries.
    packages+=(libasound2t64 libatk-bridge2.0-0t64 libatk1.0-0t64 libatspi2.0-0t64 libcairo2 libcups2t64 libdbus-1-3
      libgbm1 libnspr4 libnss3 libxcomposite1 libxdamage1 libxext6 libxfixes3 libxkbcommon0 libxrandr2)
  else
    packages+=(chromium)
  fi
}

# --- system packages ------------------------------------------------------------------------------------------------

not_installed() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || printf '%s\n' "$package"
  done
}

may_be_root() {
  ((EUID == 0)) && return
  # Without a terminal nobody can type sudo's password.
  command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }
}

as_root() { if ((EUID == 0)); then "$@"; else sudo "$@"; fi; }

apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@"; }

# Of postfix only two programs of its tests are wanted, no mail server that starts.
without_mail_server() {
  echo 'postfix postfix/main_mailer_type select No configuration' | as_root debconf-set-selections || true
}

apt_install() {
  apt -qq update || say "apt-get update failed; trying with the package lists that are there."
  apt -qq -y install --no-install-recommends "$@"
}

# The tests start a PostgreSQL server of their own: the package need not make and start another.
without_main_cluster() {
  local folder=/etc/postgresql-common/createcluster.d status=0
  as_root mkdir -p "$folder"
  as_root sh -c "echo 'create_main_cluster = false' >$folder/invite-pipeline.conf"
  "$@" || status=$?
  as_root rm -f "$folder/invite-pipeline.conf"
  return "$status"
}

without_mail_server_and_cluster() {
  without_mail_server
  without_main_cluster apt_install "$@"
}

install_packages() {
  local missing log status=0
  if ! command -v dpkg-query >/dev/null; then
    say "This is neither Debian nor Ubuntu: please see to it that these are there: ${packages[*]}"
    return
  fi
  mapfile -t missing < <(not_installed "${packages[@]}")
  ((${#missing[@]})) || return 0
  may_be_root || fail "These system packages are missing: ${missing[*]}" \
    "Installing them needs root or sudo, and there is neither. Ask an administrator to run:" \
    "  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  say "Installing system packages by apt: ${missing[*]}"
  log=$(mktemp)
  without_mail_server_and_cluster "${missing[@]}" >"$log" 2>&1 || status=$?
  if ((status)); then
    tail -n 20 "$log" >&2
    rm -f "$log"
    fail "apt could not install them (above is what it said). By hand:" \
      "  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  fi
  rm -f "$log"
}

# --- Python packages ------------------------------------------------------------------------------------------------

# The same bounds as requires-python in pyproject.toml.
fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }

find_python() {
  local name
  for name in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    fits "$name" && printf '%s\n' "$name" && return
  done
  name=${PYTHON:-python3}
  fail "invite_pipeline needs Python 3.11, 3.12 or 3.13; $name is $("$name" -V 2>/dev/null || printf 'not there')." \
    "Install one of them, then run for example: PYTHON=/path/to/python3.12 make setup"
}

# Of the interpreter that PYTHON asks for, if it asks for one.
venv_is_wanted() { [[ -z ${PYTHON:-} || $("$PYTHON" -V 2>&1) == "$(.venv/bin/python -V 2>&1)" ]]; }

# An environment that was made here, works, and is of a version that fits.
venv_is_good() {
  grep -qsF "$PWD/.venv/" .venv/bin/pip && fits .venv/bin/python && .venv/bin/python -c 'import pip' 2>/dev/null &&
    venv_is_wanted
}

add_venv_needs() {
  venv_is_good && return
  python=$(find_python)
  "$python" -c 'import ensurepip' 2>/dev/null ||
    packages+=("$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')")
}

# Changes whenever something else is to be installed, another Python came, or the folder was moved.
fingerprint() {
  { cat requirements.lock requirements-dev.lock pyproject.toml && printf '%s ' "$PWD" && .venv/bin/python -V; } 2>&1 |
    sha256sum
}

installed() {
  [[ -x .venv/bin/python && -f .venv/installed-$1 && $(<".venv/installed-$1") == "$(fingerprint)" ]] && venv_is_wanted
}

install_python_packages() {
  if ! venv_is_good; then
    say "Making the virtual environment .venv with $("$python" -V)"
    "$python" -m venv --clear .venv
  fi
  say "Installing $(grep -c '^[^ #]*==' "$lock") Python packages from $lock (one to three minutes the first time)"
  local pip=(.venv/bin/python -m pip --disable-pip-version-check --quiet install)
  "${pip[@]}" --require-hashes --only-binary :all: --requirement "$lock" ||
    fail "pip could not install them (above is what it said); is the network there?"
  # The build backend stands in the lock, so nothing is fetched for it.
  "${pip[@]}" --no-deps --no-build-isolation --editable .
}

# --- all together ---------------------------------------------------------------------------------------------------

case ${1:-} in
  run) ;;
  test) add_test_needs ;;
  *) fail "usage: scripts/setup.sh run|test" ;;
esac
if installed "$1"; then
  install_packages
else
  add_venv_needs
  install_packages
  install_python_packages
  if [[ $1 == test ]]; then
    if on_ubuntu; then
      .venv/bin/playwright install chromium || say "No Chromium: the browser tests will be skipped."
    fi
    fingerprint >.venv/installed-test
  fi
  # What the tests need holds all that running needs, in the same versions.
  fingerprint >.venv/installed-run
  say "Ready."
fi
