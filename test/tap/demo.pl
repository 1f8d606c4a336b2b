# The demo, small: it installs, bills, replays, is attacked and proves its books.
use strict;
use warnings;
use FindBin;
use Test::More;

$ENV{LAD_DEMO_CALLS} = 150;
$ENV{LAD_DEMO_NAME} = 'check-demo';
my $output = `bash $FindBin::Bin/../../tools/demo.sh 2>&1`;
is($? >> 8, 0, 'the demo succeeds') or diag($output);
like($output, qr/opening balance.*closing balance/, 'it prints balances');
like($output, qr/whisper-1/, 'and the cost of components');
like($output, qr/are what they were/, 'a replay changes nothing');
like($output, qr/insufficient funds/, 'a debit the balance refuses');
like($output, qr/problems of lad.verify_ledger\(\): 0/, 'the ledger is sound');
unlike($output, qr/: [1-9]\d*\n/, 'nothing is found that must not be there');
done_testing();
