#!/usr/bin/env bash
# embed_schema.sh DIRECTORY OUTPUT: the files of DIRECTORY, in the order of their names, as elements
# {"name", text} of a C++ array. OUTPUT is replaced only when it differs.
set -euo pipefail
directory=$1 output=$2 tag=lad_schema

mkdir -p "$(dirname "$output")"
{
  for file in "$directory"/*.sql; do
    [ -e "$file" ] || continue
    if grep -qF ")$tag\"" "$file"; then
      echo "embed_schema: $file contains the end mark )$tag\"" >&2
      exit 1
    fi
    printf '{"%s", R"%s(' "$(basename "$file")" "$tag"
    cat "$file"
    printf ')%s"},\n' "$tag"
  done
} > "$output.new"
if cmp -s "$output.new" "$output"; then rm "$output.new"; else mv "$output.new" "$output"; fi
