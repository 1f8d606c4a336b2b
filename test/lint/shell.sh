#!/usr/bin/env bash
# Shell scripts parse.
# Fix: what bash -n says.
cd "${1:-$(dirname "$0")/../..}" || exit 2
status=0
while read -r file; do
  bash -n "$file" || status=1
done < <({ find tools test examples -name '*.sh' 2>/dev/null; ls .ci/run 2>/dev/null; } | sort)
exit $status
