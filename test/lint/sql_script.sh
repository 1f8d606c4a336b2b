#!/usr/bin/env bash
# The extension script (sql/lad): CREATE and never CREATE OR REPLACE; every function states its
# volatility and parallel safety and has a COMMENT; SECURITY DEFINER fixes its search_path; every
# part is in the Makefile's SQL_PARTS.
# Fix: complete the statement; `SET search_path = pg_catalog, lad, pg_temp` for a definer.
cd "${1:-$(dirname "$0")/../..}" || exit 2
status=0
say() { echo "$*"; status=1; }

for file in sql/lad/*.sql; do
  [ -e "$file" ] || continue
  grep -q "$file" Makefile || say "$file: is not in SQL_PARTS of the Makefile"
done
find sql/lad -name '*.sql' 2>/dev/null | sort | perl -ne '
  chomp(my $file = $_);
  open my $in, "<", $file or die;
  my $text = do { local $/; <$in> };
  $text =~ s/--[^\n]*//g;
  sub report { my ($at, $what) = @_; my $line = 1 + (substr($text, 0, $at) =~ tr/\n//);
    print "$file:$line: $what\n"; $bad = 1 }
  while ($text =~ /CREATE\s+OR\s+REPLACE/gi) { report($-[0], "CREATE OR REPLACE") }
  while ($text =~ /CREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE)\s+(lad\.\w+)\s*\(/gi) {
    my ($name, $at) = ($1, $-[0]);
    # The head: up to the semicolon outside of the dollar-quoted or quoted body.
    my $rest = substr($text, $at);
    $rest =~ s/(\$\w*\$).*?\1/BODY/s;
    my ($head) = $rest =~ /^(.*?;)/s;
    report($at, "$name lacks IMMUTABLE, STABLE or VOLATILE")
      if $head !~ /\b(IMMUTABLE|STABLE|VOLATILE)\b/i && $head !~ /^CREATE\s+PROCEDURE/i;
    report($at, "$name lacks PARALLEL") if $head !~ /\bPARALLEL\b/i && $head !~ /^CREATE\s+PROCEDURE/i;
    report($at, "$name: SECURITY DEFINER without SET search_path")
      if $head =~ /SECURITY\s+DEFINER/i && $head !~ /SET\s+search_path/i;
    report($at, "$name has no COMMENT ON")
      if $text !~ /COMMENT\s+ON\s+(?:FUNCTION|PROCEDURE)\s+\Q$name\E\s*[(\s]/i;
  }
  END { $? = $bad // 0 }
' || status=1
exit $status
