#!/usr/bin/env bash
# embed_vocabulary.sh FILE OUTPUT SOURCE...: FILE as a C++ text kVocabulary, and kVocabularyVersion, a
# checksum of it and of the sources that compile it. OUTPUT is replaced only when it differs.
set -euo pipefail
file=$1 output=$2
shift 2
tag=lad_vocabulary

if grep -qF ")$tag\"" "$file"; then
  echo "embed_vocabulary: $file contains the end mark )$tag\"" >&2
  exit 1
fi
mkdir -p "$(dirname "$output")"
{
  printf 'constexpr char kVocabularyVersion[] = "%s";\n' \
    "$(cat "$file" "$@" | sha256sum | cut -c 1-16)"
  printf 'constexpr char kVocabulary[] = R"%s(' "$tag"
  cat "$file"
  printf ')%s";\n' "$tag"
} > "$output.new"
if cmp -s "$output.new" "$output"; then rm "$output.new"; else mv "$output.new" "$output"; fi
