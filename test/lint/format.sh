#!/usr/bin/env bash
# C++ sources are as clang-format (.clang-format) leaves them.
# Fix: make format
cd "${1:-$(dirname "$0")/../..}" || exit 2
find src test -name '*.cpp' -o -name '*.hpp' | sort | xargs -r clang-format --dry-run -Werror 2>&1 |
  grep -E 'error:|not found' | sort -u -t: -k1,1 | {
  ! grep .
}
