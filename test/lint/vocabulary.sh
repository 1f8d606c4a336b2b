#!/usr/bin/env bash
# The shipped vocabulary (lexicon/b2b.tsv): six columns; terms in lower case with single spaces;
# known relations and contexts; weights in (0, 1]; no entry twice, none of a term to itself; nothing
# narrower than itself over any number of steps; abbreviations known both ways; no hub.
# Fix: correct the line.
cd "${1:-$(dirname "$0")/../..}" || exit 2
find lexicon -name '*.tsv' 2>/dev/null | sort | perl -ne '
  BEGIN {
    %relations = map { $_ => 1 } qw(synonym abbreviation spelling narrower broader sibling related);
    %contexts = map { $_ => 1 } qw(general title industry technology);
    $bad = 0;
  }
  chomp(my $file = $_);
  open my $in, "<", $file or die;
  my (%seen, %narrower, %abbreviated, %out);
  sub report { print "@_\n"; $bad = 1 }
  while (my $line = <$in>) {
    chomp $line;
    next if $line eq "" || $line =~ /^#/;
    my $at = "$file:$.:";
    my ($term, $expansion, $relation, $weight, $context, @rest) = split /\t/, $line, -1;
    if (@rest != 1) { report($at, "wants six columns"); next }
    for ($term, $expansion) {
      report($at, "\"$_\" is not in lower case with single spaces")
        if !/^[a-z0-9.][a-z0-9&\/.+#\x27-]*( [a-z0-9&][a-z0-9&\/.+#\x27-]*)*$/;
    }
    report($at, "unknown relation $relation") if !$relations{$relation};
    report($at, "unknown context $context") if !$contexts{$context};
    report($at, "weight $weight is not in (0, 1]")
      if $weight !~ /^(1|0\.[0-9]{1,2})$/ || $weight == 0;
    report($at, "$term stands for itself") if $term eq $expansion;
    my $before = $seen{"$term\t$expansion\t$context"}++;
    report($at, "$term to $expansion stands twice") if $before;
    $narrower{$term}{$expansion} = $at if $relation eq "narrower";
    $narrower{$expansion}{$term} = $at if $relation eq "broader";
    $abbreviated{"$term\t$expansion\t$context"} = $at if $relation eq "abbreviation";
    report($at, "$term has more than 24 expansions in $context") if ++$out{"$term\t$context"} == 25;
  }
  for my $key (sort keys %abbreviated) {
    my ($short, $long, $context) = split /\t/, $key;
    report($abbreviated{$key}, "the way back from $long to $short is missing")
      if !$seen{"$long\t$short\t$context"};
  }
  my %state;
  for my $start (sort keys %narrower) {
    my @path = ([$start, sort keys %{$narrower{$start}}]);
    next if $state{$start};
    $state{$start} = "open";
    while (@path) {
      my $next = splice @{$path[-1]}, 1, 1;
      if (!defined $next) { $state{$path[-1][0]} = "done"; pop @path; next }
      my $from = $path[-1][0];
      report($narrower{$from}{$next}, "$next is narrower than itself") if ($state{$next} // "") eq "open";
      next if $state{$next};
      $state{$next} = "open";
      push @path, [$next, sort keys %{$narrower{$next} // {}}];
    }
  }
  END { $? = $bad }
'
