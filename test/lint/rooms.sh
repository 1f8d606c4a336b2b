#!/usr/bin/env bash
# Who may include whom: core < pg and rules < stores < functions, never upward between capabilities.
# Fix: move the shared part down (a value to src/core, a rule to the lower capability), or let the
# function fetch what the rule needs and pass it as an argument.
cd "${1:-$(dirname "$0")/../..}" || exit 2
find src -name '*.cpp' -o -name '*.hpp' | sort | perl -ne '
  BEGIN {
    my $n = 0;
    %rank = map { $_ => ++$n } qw(crypto tenancy search pricing wallet ledger usage invoices calls assistant leads records keyword catalog partitions rollups jobs);
    $bad = 0;
  }
  chomp(my $file = $_);
  my ($room, $name) = $file =~ m{^src/(?:(\w+)/)?([\w.]+)$} or next;
  my $kind = !defined $room ? "module"
    : $room =~ /^(core|pg)$/ ? $room
    : $name =~ /(?:^|_)(store|functions|hooks|gate)[_.]/ ? $1 : "rules";
  if (defined $room && !$rank{$room} && $kind !~ /^(core|pg)$/) {
    print "$file: room $room is not in the list of capabilities in test/lint/rooms.sh\n";
    $bad = 1;
  }
  open my $in, "<", $file or die;
  while (my $line = <$in>) {
    my ($open, $header) = $line =~ /^\s*#\s*include\s*([<"])([^>"]+)/ or next;
    next if allowed($room, $kind, $open, $header);
    print "$file:$.: $kind of ", $room // "the module", " may not include $header\n";
    $bad = 1;
  }
  END { $? = $bad }

  sub allowed {
    my ($room, $kind, $open, $header) = @_;
    if ($open eq "<") {
      return 1 if $kind eq "pg" || $header =~ m{^(\w+|boost/.+)$};
      return ($room // "") eq "crypto" && $kind eq "rules" && $header =~ m{^openssl/};
    }
    # Generated from sql/schema by the build.
    return 1 if $header eq "schema_files.inc" && $kind eq "store";
    my ($other, $part) = $header =~ m{^(\w+)/([\w.]+)$} or return 0;
    return 1 if $other eq "core";
    return 0 if $kind eq "core";
    return !$rank{$other} if $kind eq "pg";
    return $kind ne "rules" if $other eq "pg";
    return $part =~ /(?:^|_)(functions|hooks|gate)[_.]/ if $kind eq "module";
    return 0 if !$rank{$other} || $rank{$other} > $rank{$room};
    my $of = $part =~ /(?:^|_)(store|functions|hooks|gate)[_.]/ ? $1 : "rules";
    return 1 if $of eq "rules";
    return 0 if $other ne $room || $kind eq "rules";
    return 1 if $kind eq "functions";
    return $of eq $kind || $of eq "store";
  }
'
