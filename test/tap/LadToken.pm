package LadToken;

# Tokens minted by the documented format, without the database.
#
#   my $token = LadToken::mint(kid => 'k1', key => $bytes, tenant => $uuid, database => 'app');
#   my $pair = LadToken::key_pair("$directory/pem");   # Ed25519, through openssl
#   LadToken::mint(version => 'v2', kid => 'p1', private => $pair->{private}, ...);
use strict;
use warnings;
use Digest::SHA qw(hmac_sha256);
use IPC::Run ();
use MIME::Base64 qw(encode_base64url decode_base64 encode_base64);
use Time::HiRes ();

sub now_us { return int(Time::HiRes::time() * 1e6) }

# payload(tenant => ..., user => ..., issued => µs, expires => µs, epoch => n): its 56 bytes.
sub payload {
    my (%with) = @_;
    my $issued = $with{issued} // now_us();
    return pack('H32', $with{tenant} =~ tr/-//dr) . pack('H32', ($with{user} // '0' x 32) =~ tr/-//dr)
        . pack('q>q>q>', $issued, $with{expires} // $issued + 600_000_000, $with{epoch} // 1);
}

# The part before the last dot; encoded => text takes the place of the payload in base64url.
sub head {
    my (%with) = @_;
    my $encoded = $with{encoded} // encode_base64url(payload(%with));
    return join '.', $with{version} // 'v1', $with{kid}, $encoded;
}

# With private => path it is signed by Ed25519, else by HMAC-SHA256 under key => bytes.
sub mint {
    my (%with) = @_;
    my $head = head(%with);
    my $message = "$with{database}|$head";
    my $signature = defined $with{private} ? sign($with{private}, $message) : hmac_sha256($message, $with{key});
    return "$head." . encode_base64url($signature);
}

sub sign {
    my ($private, $message) = @_;
    # openssl signs Ed25519 from a file only: it must know the length.
    my $file = "$private.message";
    open my $out, '>', $file or die "$file: $!";
    print {$out} $message;
    close $out or die "$file: $!";
    return run_openssl('pkeyutl', '-sign', '-rawin', '-inkey', $private, '-in', $file);
}

# A new pair: {private => path of the PEM file, public => base64 for the key file}.
sub key_pair {
    my ($path) = @_;
    run_openssl('genpkey', '-algorithm', 'ed25519', '-out', $path);
    # The key is the end of the DER form.
    my $der = run_openssl('pkey', '-in', $path, '-pubout', '-outform', 'DER');
    return { private => $path, public => encode_base64(substr($der, -32), '') };
}

# The first line of a key file: kid and secret bytes.
sub read_key {
    my ($file) = @_;
    open my $in, '<', $file or die "$file: $!";
    my ($kid, undef, $secret) = split ' ', scalar <$in>;
    return ($kid, decode_base64($secret));
}

sub run_openssl {
    my (@words) = @_;
    my ($out, $err) = ('', '');
    IPC::Run::run(['openssl', @words], \undef, \$out, \$err) or die "openssl @words: $err";
    return $out;
}

1;
