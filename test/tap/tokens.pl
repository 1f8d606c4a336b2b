# Tokens of both versions at the server's door: the good ones enter, every malformation is refused.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use MIME::Base64 qw(encode_base64url decode_base64 encode_base64);
use Test::More;
use LadCluster;
use LadToken;

my $directory = tempdir(CLEANUP => 1);
my $pair = LadToken::key_pair("$directory/pem");
my $stranger = LadToken::key_pair("$directory/stranger");
my $cluster = LadCluster->start('tokens', database => 'tokens');
my %env = $cluster->environment;
my ($kid, $key) = LadToken::read_key($env{LAD_KEY_FILE});
my $acme = 'a0000000-0000-4000-8000-00000000000a';
my $user = 'c0000000-0000-4000-8000-00000000000c';

$cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE app LOGIN IN ROLE lad_app;
CREATE ROLE auth LOGIN IN ROLE lad_auth;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES ('$acme', 'Acme', 'acme', 'active');
INSERT INTO lad_data.users (id, email) VALUES ('$user', 'u\@example.com');
INSERT INTO lad_data.memberships (tenant_id, user_id) VALUES ('$acme', '$user');
INSERT INTO lad_data.leads (tenant_id, first_name) SELECT '$acme', n::text FROM generate_series(1, 3) n;
SQL

sub append_key {
    my ($line) = @_;
    open my $file, '>>', $env{LAD_KEY_FILE} or die $!;
    print {$file} "$line\n";
    close $file or die $!;
    $cluster->restart;
}
append_key("pub ed25519 $pair->{public}");

my $epoch = $cluster->psql("SELECT lad.tenant_epoch('$acme')", user => 'auth');
my %common = (tenant => $acme, database => 'tokens', epoch => $epoch);
my %mac = (%common, kid => $kid, key => $key);
my %signed = (%common, version => 'v2', kid => 'pub', private => $pair->{private});
sub mint { return LadToken::mint(@_) }

# What the application sees; an error shows its SQLSTATE.
sub enter {
    my ($token, $sql) = @_;
    my ($out, $err) = $cluster->try("BEGIN; SELECT lad.authenticate('$token') \\g /dev/null\n$sql; COMMIT;",
        user => 'app');
    return $err =~ /(?:ERROR|FATAL):  (\w{5}):/ ? $1 : $out;
}
my $count = 'SELECT count(*) FROM lad_data.leads';

is(enter(mint(%mac), $count), '3', 'a v1 token enters');
is(enter(mint(%signed), $count), '3', 'a v2 token enters');
is(enter(mint(%signed, user => $user), 'SELECT lad.current_user_id()'), $user, 'with its user');

# Either kind with one thing wrong, everything else right and truly signed.
my $payload = encode_base64url(LadToken::payload(%common));
# 56 bytes leave two bits of the last character unused.
my $alphabet = join '', 'A' .. 'Z', 'a' .. 'z', 0 .. 9, '-_';
my $stray = substr($payload, 0, -1) . substr($alphabet, 1 + index($alphabet, substr $payload, -1), 1);
my $max = 9223372036854775807;
my $now = LadToken::now_us();
for my $kind (['v1', %mac], ['v2', %signed]) {
    my ($version, %good) = @{$kind};
    my $token = mint(%good);
    my $last = substr $token, -1;
    my %refused = (
        'a payload of 55 bytes'    => mint(%good, encoded => encode_base64url('x' x 55)),
        'a payload of 57 bytes'    => mint(%good, encoded => encode_base64url(LadToken::payload(%common) . 'x')),
        'an empty payload'         => mint(%good, encoded => ''),
        'stray bits in the payload' => mint(%good, encoded => $stray),
        'a padded payload'         => mint(%good, encoded => "$payload="),
        'standard base64'          => mint(%good, encoded => '+/' . substr $payload, 2),
        'stray bits in the signature' => substr($token, 0, -1) . substr($alphabet, 1 + index($alphabet, $last), 1),
        'a padded signature'       => "$token=",
        'a trailing byte'          => "${token}A",
        'a trailing newline'       => "$token\n",
        'a leading blank'          => " $token",
        'a fifth part'             => "$token.",
        'no signature'             => LadToken::head(%good) . '.',
        'the signature cut short'  => substr($token, 0, -2),
        'another audience'         => mint(%good, database => 'postgres'),
        'an unknown kid'           => mint(%good, kid => 'nobody'),
        'no kid'                   => mint(%good, kid => ''),
        'a version of tomorrow'    => mint(%good, version => 'v3'),
        'issued in the future'     => mint(%good, issued => $now + 60_000_000),
        'issued at the end of time' => mint(%good, issued => $max - 1, expires => $max),
        'an endless life'          => mint(%good, expires => $max),
        'the longest life of all'  => mint(%good, issued => -$max - 1, expires => $max),
        'expiry before the issue'  => mint(%good, issued => $now, expires => $now - 1),
        'epoch zero'               => mint(%good, epoch => 0),
        'a nil tenant'             => mint(%good, tenant => '0' x 32),
        'a megabyte of payload'    => mint(%good, encoded => 'A' x 1_000_000),
        'a megabyte of signature'  => LadToken::head(%good) . '.' . 'A' x 1_000_000,
    );
    for my $what (sort keys %refused) {
        is(enter($refused{$what}, $count), 'LD002', "$version with $what is refused");
    }
    is(enter(mint(%good, issued => $now - 120_000_000, expires => $now - 60_000_000), $count), 'LD003',
        "$version that has expired is said to have");
}

# The algorithm belongs to the key.
my $public = decode_base64($pair->{public});
my %swapped = (
    'a v1 token signed by the private key'      => mint(%signed, version => 'v1'),
    'a v1 token, the public key as hmac secret' => mint(%mac, kid => 'pub', key => $public),
    'a v2 token, the public key as hmac secret' => mint(%mac, kid => 'pub', key => $public, version => 'v2'),
    'a v2 token with a true mac'                => mint(%mac, version => 'v2'),
    'a v2 token signed for the hmac key'        => mint(%signed, kid => $kid),
    'a v2 token of another private key'         => mint(%signed, private => $stranger->{private}),
);
is(enter($swapped{$_}, $count), 'LD002', "$_ is refused") for sort keys %swapped;

# A server that holds public keys alone.
open my $file, '>', $env{LAD_KEY_FILE} or die $!;
print {$file} "pub ed25519 $pair->{public}\n";
close $file or die $!;
$cluster->restart;
is(enter(mint(%signed), $count), '3', 'with public keys alone a v2 token still enters');
is(enter(mint(%mac), $count), 'LD002', 'a v1 token no more');
is($cluster->sqlstate("SELECT lad.issue_token('$acme')", user => 'auth'), 'LD601', 'and the database cannot mint');

# A key under which anybody can sign is no key.
append_key('weak ed25519 ' . encode_base64(pack('C32', 1), ''));
is(enter(mint(%signed), $count), 'LD601', 'a file with a key of small order is refused whole');
my $log = do { open my $in, '<', "$env{LAD_CLUSTER}/log" or die $!; local $/; <$in> };
like($log, qr/lad\.key_file refused: line 2 of the key file cannot be used: The key is not an Ed25519 public key/,
    'and the log says why');
done_testing();
