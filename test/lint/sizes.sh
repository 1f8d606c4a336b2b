#!/usr/bin/env bash
# A file has at most 500 lines (aim: 300), a C++ function at most 60 (aim: 40).
# Fix: split by idea, not by length.
cd "${1:-$(dirname "$0")/../..}" || exit 2
find . \( -name build -o -name .git -o -name expected -o -name results \) -prune -o -type f \
  \( -name '*.cpp' -o -name '*.hpp' -o -name '*.sql' -o -name '*.sh' -o -name '*.pl' -o -name '*.pm' \
  -o -name '*.py' -o -name Makefile \) ! -name 'lad_ext--*' -print | sort | perl -ne '
  chomp(my $file = $_);
  open my $in, "<", $file or die;
  my $start;
  while (my $line = <$in>) {
    next if $file !~ /\.[ch]pp$/;
    $start = $. if $line =~ /^[^\s}#\/].*\{$/ && $line !~ /^(namespace|class|struct|enum|union|extern)\b/;
    next if $line !~ /^\}/ || !defined $start;
    my $length = $. - $start + 1;
    if ($length > 60) { print "$file:$start: a function of $length lines\n"; $bad = 1 }
    undef $start;
  }
  if ($. > 500) { print "$file: $. lines\n"; $bad = 1 }
  close $in;
  END { $? = $bad // 0 }
'
