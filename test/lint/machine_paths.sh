#!/usr/bin/env bash
# No path of somebody's machine: it would work there and nowhere else.
# Fix: derive it from the script's own place ($root in tools/lib.sh) or from mktemp.
cd "${1:-$(dirname "$0")/../..}" || exit 2
! grep -rnIE --exclude-dir=.git --exclude-dir=build --exclude-dir=lint --exclude='*.d' \
  '(^|[^A-Za-z0-9_.$}>])/(home|root|work|Users)/' .
