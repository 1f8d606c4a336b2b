# `make new`: the skeletons keep the rules of the house and compile as they are.
use strict;
use warnings;
use Test::More;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);

my $root = dirname(dirname(dirname(abs_path(__FILE__))));
my $copy = tempdir(CLEANUP => 1);
system("cd '$root' && tar cf - --exclude=build --exclude='*.[od]' Makefile .clang-format .ci src sql lexicon"
      . " test tools \$(ls -d expected 2>/dev/null) | tar xf - -C '$copy'") == 0
  or die 'cannot copy the tree';

# The build of the copy must not see the options of the make that may run this test.
delete @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES)};

sub run {
    my ($command) = @_;
    my $output = `cd '$copy' && ( $command ) 2>&1`;
    diag $output if $? && length $output;
    return $? == 0;
}

ok(run('make new CAP=sample'), 'make new writes the skeletons');
ok(run('bash tools/lint.sh'), 'they keep the rules of the house');
ok(run('make -s src/sample/sample.o src/sample/store.o src/sample/functions.o'), 'the room compiles');
ok(run('g++ -std=c++20 -fsyntax-only -Isrc test/unit/sample_test.cpp'), 'its unit test compiles');
ok(run('make -s lad_ext--1.0.sql && grep -q lad.add_to_sample lad_ext--1.0.sql'),
    'its functions are in the extension script');
ok(!run('bash tools/new.sh sample 2>/dev/null'), 'an existing capability is not overwritten');

done_testing;
