#!/usr/bin/env bash
# Run every rule of test/lint, and the self-test that shows that each of them can fail.
# With COUNTS set, "PASSED FAILED" (rules) goes to that file.
set -uo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1

passed=0 failed=0
for rule in test/lint/*.sh; do
  if report=$(bash "$rule" 2>&1); then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf '%s\n%s\n' "lint $(basename "$rule" .sh):" "$report"
  fi
done
[ -z "${COUNTS:-}" ] || echo "$passed $failed" > "$COUNTS"
echo "lint: $passed rules hold, $failed broken"
[ "$failed" = 0 ]
