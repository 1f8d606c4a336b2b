# The key ring in motion: keys are rotated by rename and reload while sessions authenticate all the
# time, and no file that must not be trusted ever replaces them.
use strict;
use warnings;
use File::Basename qw(dirname);
use FindBin;
use IPC::Open2 qw(open2);
use lib $FindBin::Bin;
use MIME::Base64 qw(encode_base64);
use POSIX qw(mkfifo);
use Test::More;
use LadCluster;
use LadToken;

my $sessions = 4;
my $rotations = $ENV{LAD_LONG} ? 400 : 12;
my $cluster = LadCluster->start('keyring', database => 'keyring');
my %env = $cluster->environment;
my $key_file = $env{LAD_KEY_FILE};
my (undef, undef, $owner, $group) = (stat $key_file)[2 .. 5];
my $acme = 'a0000000-0000-4000-8000-00000000000a';
$cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE app LOGIN IN ROLE lad_app, lad_auth;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES ('$acme', 'Acme', 'acme', 'active');
SQL

sub key_line {
    my ($number) = @_;
    return "k$number hmac-sha256 " . encode_base64(pack('N8', ($number) x 8), '') . "\n";
}

# Puts a new file in the place of the old one, in one step.
sub replace_file {
    my ($make) = @_;
    unlink "$key_file.new";
    $make->("$key_file.new");
    rename "$key_file.new", $key_file or die "rename: $!";
}

sub write_file {
    my ($path, $text, $mode, $user) = @_;
    open my $out, '>', $path or die "$path: $!";
    print {$out} $text;
    close $out or die "$path: $!";
    chmod $mode // 0600, $path or die "$path: $!";
    chown $user // $owner, $group, $path or die "$path: $!" if $> == 0;
}

sub use_keys {
    my (@numbers) = @_;
    replace_file(sub { write_file($_[0], join '', map { key_line($_) } @numbers) });
    $cluster->psql('SELECT pg_reload_conf()');
}

# Waits, as long as it takes but not for ever, until something holds.
sub await {
    my ($what, $holds) = @_;
    for (1 .. 3000) {
        return 1 if $holds->();
        select undef, undef, undef, 0.02;
    }
    BAIL_OUT("$what never came");
}

sub issue { return $cluster->psql("SELECT lad.issue_token('$acme', ttl => '10 minutes')", user => 'app') }
sub signed_by { return issue() =~ /^v1\.(\w+)\./ ? $1 : '' }
sub verdict {
    my ($token) = @_;
    return $cluster->sqlstate("SELECT lad.authenticate('$token')", user => 'app');
}

# ---- sessions that never rest ----------------------------------------------------------------------
# Each round mints a token and enters with it; \g keeps the results apart from the marks.
my $round = <<"SQL";
SELECT lad.issue_token('$acme') AS token \\gset
BEGIN;
SELECT lad.authenticate(:'token') \\g /dev/null
SELECT lad.current_tenant_id() \\g /dev/null
COMMIT;
SELECT 'round';
SQL

sub start_session {
    local %ENV = (%ENV, %env, PGUSER => 'app');
    my $pid = open2(my $out, my $in, 'psql -XAtq 2>&1');
    $in->autoflush(1);
    return { pid => $pid, in => $in, out => $out, errors => [] };
}

# Lets every session finish a round at the same time as the others.
sub run_round {
    my (@all) = @_;
    print { $_->{in} } $round for @all;
    return map { finish_round($_) } @all;
}

sub finish_round {
    my ($session) = @_;
    while (defined(my $line = readline $session->{out})) {
        return if $line eq "round\n";
        push @{ $session->{errors} }, $line;
    }
    push @{ $session->{errors} }, 'the session ended';
}

sub stop_session {
    my ($session) = @_;
    close $session->{in};
    waitpid $session->{pid}, 0;
}

use_keys(1);
await('the first key', sub { signed_by() eq 'k1' });
my @sessions = map { start_session() } 1 .. $sessions;
run_round(@sessions);
my %old = (1 => issue());
my (@wrong, @late);
for my $number (2 .. $rotations + 1) {
    # The sessions are in the middle of a round when the keys change, and finish another one after.
    print { $_->{in} } $round for @sessions;
    use_keys($number, $number - 1);
    finish_round($_) for @sessions;
    await("key $number", sub { signed_by() eq "k$number" });
    run_round(@sessions);
    $old{$number} = issue();
    push @wrong, "k" . ($number - 1) . ' while listed' if verdict($old{ $number - 1 }) ne '';
    next if $number == 2;
    push @late, "k" . ($number - 2) if verdict($old{ $number - 2 }) ne 'LD002';
}
is_deeply([map { @{ $_->{errors} } } @sessions], [], "$sessions sessions see no error through $rotations rotations");
is_deeply(\@wrong, [], 'the old key verifies while it is listed');
is_deeply(\@late, [], 'a removed key is refused from then on');

# An open session, that has not looked at its settings since, refuses a removed key as well.
my $last = $rotations + 1;
my $quiet = $sessions[0];
my $gone = $old{ $last - 1 };
use_keys($last);
await('the removal', sub { verdict($gone) eq 'LD002' });
print { $quiet->{in} } "SELECT lad.authenticate('$gone');\nSELECT 'round';\n";
finish_round($quiet);
like("@{ $quiet->{errors} }", qr/token is not valid/, 'also in a session opened long before');
stop_session($_) for @sessions;

# ---- files that must not be trusted ----------------------------------------------------------------
sub log_text { open my $in, '<', "$env{LAD_CLUSTER}/log" or die $!; local $/; return <$in> }

my $good = key_line(7);
my $directory = dirname($key_file);
write_file("$directory/elsewhere", $good);
my %refused = (
    'readable by the group'   => ['is open to others', sub { write_file($_[0], $good, 0640) }],
    'readable by all'         => ['is open to others', sub { write_file($_[0], $good, 0604) }],
    'writable by the group'   => ['is open to others', sub { write_file($_[0], $good, 0620) }],
    'a symbolic link'         => ['is a symbolic link', sub { symlink "$directory/elsewhere", $_[0] or die $! }],
    'a link to nothing'       => ['is a symbolic link', sub { symlink "$directory/nowhere", $_[0] or die $! }],
    'a pipe'                  => ['is not a plain file', sub { mkfifo($_[0], 0600) or die $!; chown $owner, $group, $_[0] if $> == 0 }],
    'larger than 64 kB'       => ['is larger than 64 kB', sub { write_file($_[0], $good . "#\n" x 32768) }],
    'empty'                   => ['holds no key', sub { write_file($_[0], '') }],
    'only comments'           => ['holds no key', sub { write_file($_[0], "# nothing\n\n") }],
    'binary'                  => ['line 1 of the key file cannot be used', sub { write_file($_[0], "\0\xff" x 500) }],
    'cut short'               => ['line 1 of the key file cannot be used', sub { write_file($_[0], substr $good, 0, -9) }],
    'two keys of one name'    => ['line 2 of the key file cannot be used', sub { write_file($_[0], $good . $good) }],
    "somebody else's"         => ["is not owned by the server's user", sub { write_file($_[0], $good, 0644, 0) }],
    'missing'                 => ['cannot be opened', sub { write_file($_[0], $good); rename $_[0], "$_[0].away" or die $!; unlink $key_file; }],
);
# Only root can give a file away.
delete $refused{"somebody else's"} if $> != 0;
for my $what (sort keys %refused) {
    my ($reason, $make) = @{ $refused{$what} };
    use_keys($last);
    await('the good file', sub { signed_by() eq "k$last" });
    my $seen = () = log_text() =~ /lad\.key_file refused/g;
    if ($what eq 'missing') { $make->("$key_file.new") } else { replace_file($make) }
    $cluster->psql('SELECT pg_reload_conf()');
    my $entry = '';
    await("the refusal of a file that is $what", sub {
        my $kid = signed_by();
        my @entries = log_text() =~ /(lad\.key_file refused: .*)/g;
        $entry = $entries[$seen] // '';
        BAIL_OUT("a file that is $what is in force") if $kid ne "k$last";
        return $entry ne '';
    });
    like($entry, qr/\Q$reason\E/, "a file that is $what is refused, and the keys before stay in force");
}
unlike(log_text(), qr/\Q@{[encode_base64(pack('N8', (7) x 8), '')]}\E/, 'the log shows no key');
use_keys($last);
done_testing();
