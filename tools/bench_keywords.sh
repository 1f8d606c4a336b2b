#!/usr/bin/env bash
# What the keyword engine finds for titles and entries it has not seen, from the reference vocabulary
# in LAD_LEXICON (../shared/lexicon where that is unset), and how long it takes. No server.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
bash tools/setup.sh
cmake -G Ninja -S . -B "$build/bench" -DCMAKE_BUILD_TYPE=Release >/dev/null
ninja -C "$build/bench" -j2 keyword_quality keyword_speed >/dev/null
"$build/bench/keyword_quality" "${LAD_LEXICON:-$root/../shared/lexicon}" lexicon/b2b.tsv
"$build/bench/keyword_speed" ${LAD_LONG:+long}
