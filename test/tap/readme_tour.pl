# The README's five minutes, as a reader would type them: every sql block, in order, in one session.
# `statement  --> a / b` prints the lines a and b; `--> ERROR code` fails with that SQLSTATE.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use IPC::Run ();
use LadCluster;

open my $readme, '<', "$FindBin::Bin/../../README.md" or die "README.md: $!";
my $text = join '', <$readme>;
my ($tour) = $text =~ /^## Five minutes\n(.*?)^## /ms or die 'the README has no tour';
my @blocks = $tour =~ /^```sql\n(.*?)^```/msg;
cmp_ok(scalar @blocks, '>=', 4, 'the tour has blocks');

# The session prints a mark after each statement, so that its output can be told apart.
my (@expected, $script);
for my $line (map { split /\n/ } @blocks) {
    my ($statement, $result) = split /\s+-->\s+/, $line, 2;
    $script .= "$statement\n";
    next if !defined $result;
    push @expected, [$statement, $result];
    $script .= "\\echo [mark]\n";
}
my $cluster = LadCluster->start('tour', database => 'tour');
my ($out, $err) = ('', '');
{
    local %ENV = (%ENV, $cluster->environment);
    # Errors go to the same stream as results, each reduced to its SQLSTATE.
    IPC::Run::run([qw(psql -X -A -t -q -v VERBOSITY=sqlstate -f -)], \$script,
        '>&', \$out, IPC::Run::timeout(120));
}
$out =~ s/^psql:[^\n]*?ERROR:  (\w+)$/ERROR $1/mg;
$out =~ s/^psql:[^\n]*NOTICE:[^\n]*\n//mg;
my @printed = split /\[mark\]\n/, $out;
for my $i (0 .. $#expected) {
    my ($statement, $result) = @{ $expected[$i] };
    my @want = split m{ / }, $result;
    my @lines = grep { length } split /\n/, $printed[$i] // '';
    # Statements before this one without an expected result may have printed lines of their own.
    my @got = @lines > @want ? @lines[-@want .. -1] : @lines;
    is_deeply(\@got, \@want, $statement) or diag(join "\n", @lines);
}
my $errors = () = $out =~ /^ERROR/mg;
is($errors, scalar(grep { $_->[1] =~ /^ERROR/ } @expected), 'nothing else failed') or diag($out);
done_testing();
