# The examples in examples/mint do what they say, in each language and with both algorithms.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use FindBin;
use IPC::Run ();
use lib $FindBin::Bin;
use MIME::Base64 qw(encode_base64);
use Test::More;
use LadCluster;
use LadToken;

my $root = abs_path(dirname(__FILE__) . '/../..');
my $examples = "$root/examples/mint";
my $directory = tempdir(CLEANUP => 1);
my $cluster = LadCluster->start('mint', database => 'mint');
my %env = $cluster->environment;
my $acme = 'a0000000-0000-4000-8000-00000000000a';
my $globex = 'b0000000-0000-4000-8000-00000000000b';

my ($kid, $key) = LadToken::read_key($env{LAD_KEY_FILE});
my $pair = LadToken::key_pair("$directory/pem");
my $stranger = LadToken::key_pair("$directory/stranger");
sub write_file {
    my ($path, $text, $how) = @_;
    open my $out, $how // '>', $path or die "$path: $!";
    print {$out} $text;
    close $out or die "$path: $!";
    return $path;
}
my $secret = write_file("$directory/secret", encode_base64($key, '') . "\n");
my $wrong = write_file("$directory/wrong", encode_base64('w' x 32, '') . "\n");
write_file($env{LAD_KEY_FILE}, "pub ed25519 $pair->{public}\n", '>>');
$cluster->restart;
$cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE app LOGIN IN ROLE lad_app;
CREATE ROLE auth LOGIN IN ROLE lad_auth;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('$acme', 'Acme', 'acme', 'active'), ('$globex', 'Globex', 'globex', 'active');
INSERT INTO lad_data.leads (tenant_id, first_name) VALUES ('$acme', 'Ada'), ('$acme', 'Bob'), ('$globex', 'Mole');
SQL

sub run {
    my ($limit, @words) = @_;
    local %ENV = (%ENV, $cluster->environment);
    my ($out, $err) = ('', '');
    my $ran = eval { IPC::Run::run(\@words, \undef, \$out, \$err, IPC::Run::timeout($limit)); 1 };
    return ($out, $err . ($ran ? '' : $@), $ran ? $? >> 8 : 255);
}
sub works { return (run(@_))[2] == 0 }
sub on_path { my ($program) = @_; return works(10, 'sh', '-c', "command -v $program") }

# Each language: how to start its example, or why that cannot be done here.
sub cpp {
    my ($include) = run(10, $env{PG_CONFIG}, '--includedir');
    chomp $include;
    my (undef, $err, $status) = run(300, 'g++', '-std=c++20', '-Wall', '-Wextra', '-Werror', "$examples/mint.cpp",
        '-o', "$directory/mint", "-I$include", '-lpq', '-lcrypto');
    die "mint.cpp does not build: $err" if $status;
    return ["$directory/mint"];
}

# Debian's modules belong to Debian's Python, which need not be the first on the path.
sub python {
    for my $python ('python3', '/usr/bin/python3') {
        return [$python, "$examples/mint.py"] if works(30, $python, '-c', 'import psycopg2, cryptography');
    }
    return 'no Python with psycopg2 and cryptography';
}

# The client comes from Debian's node-pg, or from the npm registry into build/.
sub node {
    return 'no node' unless on_path('node');
    my $modules = "$root/build/mint/node_modules";
    $ENV{NODE_PATH} = "$modules:/usr/share/nodejs";
    my @probe = ('node', '-e', 'require("pg")');
    if (!works(30, @probe) && on_path('npm')) {
        make_path("$root/build/mint");
        run(120, 'npm', 'install', '--prefix', "$root/build/mint", '--no-save', '--ignore-scripts', '--no-audit',
            '--no-fund', '--fetch-retries=1', 'pg@8');
    }
    return works(30, @probe) ? ['node', "$examples/mint.mjs"] : 'no package pg for node, and none to be had';
}

my $query = 'SELECT first_name, lad.current_tenant_id() FROM lad_data.leads ORDER BY first_name';
for my $language (['C++', cpp()], ['Python', python()], ['Node', node()]) {
    my ($name, $command) = @{$language};
    SKIP: {
        skip "skipped: $name: $command", 5 unless ref $command;
        is((run(60, @{$command}, 'hmac', $kid, $secret, $acme, $query))[0], "Ada|$acme\nBob|$acme\n",
            "$name: an hmac token shows its tenant");
        is((run(60, @{$command}, 'ed25519', 'pub', $pair->{private}, $globex, $query))[0], "Mole|$globex\n",
            "$name: an Ed25519 token another");
        like((run(60, @{$command}, 'hmac', $kid, $wrong, $acme, $query))[1], qr/^LD002: /,
            "$name: a wrong secret is refused");
        like((run(60, @{$command}, 'ed25519', 'pub', $stranger->{private}, $acme, $query))[1], qr/^LD002: /,
            "$name: a wrong private key too");
        is((run(60, @{$command}, 'hmac', $kid, $secret))[2], 2, "$name: called wrongly it says how");
    }
}
done_testing();
