#!/usr/bin/env bash
# PostgreSQL's own calls, and catch, stay in src/pg, where errors and exceptions are translated.
# Fix: use the wrapper in src/pg (spi.hpp, savepoint.hpp, boundary.hpp), or add one there.
cd "${1:-$(dirname "$0")/../..}" || exit 2
find src -path src/pg -prune -o \( -name '*.cpp' -o -name '*.hpp' \) -print | sort | perl -ne '
  chomp(my $file = $_);
  open my $in, "<", $file or die;
  while (my $line = <$in>) {
    $line =~ s{//.*}{};
    next unless $line =~ /\b(SPI_\w+|ereport|elog|PG_TRY|PG_CATCH|palloc\w*|catch\s*\()|\bpostgres\.h\b/;
    print "$file:$.: $&\n";
    $bad = 1;
  }
  END { $? = $bad // 0 }
'
