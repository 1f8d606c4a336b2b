#!/usr/bin/env perl
# prove.pl COUNTS FILE...: run TAP tests, Perl (.pl) and pgTAP (.sql), two files at a time; write
# "PASSED FAILED SKIPPED" (assertions) to the file COUNTS. prove and pg_prove print no such totals.
use strict;
use warnings;
use TAP::Harness;
use File::Basename qw(dirname);
use Cwd qw(abs_path);

my ($counts, @files) = @ARGV;
my $root = dirname(dirname(abs_path($0)));

my $harness = TAP::Harness->new({
    jobs     => 2,
    verbosity => 1,
    merge    => 1,
    failures => 1,
    timer    => 1,
    lib      => ["$root/test/tap"],
    sources  => {
        Perl  => {},
        pgTAP => { suffix => '.sql', dbname => $ENV{PGDATABASE}, psql => 'psql' },
    },
});
my $result = $harness->runtests(@files);

my ($failed, $skipped) = (scalar $result->failed, scalar $result->skipped);
# What was skipped has not passed.
my $passed = $result->passed - $skipped;
# A file that dies, plans wrongly or runs nothing is a failure even if every assertion it made held.
for my $file ($result->descriptions) {
    my ($parser) = $result->parsers($file);
    my $broken = $parser->parse_errors || $parser->exit || !$parser->tests_run;
    $failed++ if $broken && !$parser->failed && !$parser->skip_all;
}
open my $out, '>', $counts or die "$counts: $!";
print {$out} "$passed $failed $skipped\n";
close $out or die "$counts: $!";
exit($failed ? 1 : 0);
