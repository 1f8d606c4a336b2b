package SearchCases;

# Random values and patterns for the leakproof searches, as lines for COPY. The alphabets are small,
# so that about every second case matches, and hold the characters that fold in surprising ways.
use strict;
use warnings;
use utf8;

sub one { return $_[int rand @_] }
sub many { my ($most, $make) = @_; return map { $make->() } 1 .. int rand($most + 1) }

my @letters = (qw(a A b B i I s S k), "\x{130}", "\x{131}", "\x{df}", "\x{1e9e}", "\x{3a3}", "\x{3c3}", "\x{3c2}",
    "\x{e9}", "\x{c9}", "e\x{301}", "\x{212a}", "\x{1c4}", "\x{1c5}", "\x{20ac}", "\x{1f600}", ' ', '.');
my @few = qw(a A b);

# (value, pattern) of ILIKE.
sub text {
    my @alphabet = one(0, 1) ? @few : @letters;
    my $value = join '', many(one(3, 8, 30), sub { one(@alphabet, @alphabet, '%', '_', '\\') });
    return ($value, random_pattern(@alphabet)) if one(0, 0, 1);
    # Derived from the value, so that it often matches.
    my $pattern = '';
    for my $c (split //, $value) {
        my $how = rand;
        $c = $c =~ /[%_\\]/ ? "\\$c" : rand() < .5 ? uc $c : lc $c;
        $pattern .= $how < .5 ? $c : $how < .6 ? '_' : $how < .8 ? '%' : $how < .9 ? '' : one(@alphabet);
    }
    return ($value, one('', '%') . $pattern . one('', '%'));
}

sub random_pattern {
    my @alphabet = @_;
    return join '', many(8, sub { one(@alphabet, @alphabet, '%', '%', '_', '\\', '\\\\', '\\%') });
}

# (value, pattern) of @>.
sub json {
    my $value = json_value(4, 1);
    my $pattern = one(0, 0, 1) ? json_value(4, 1) : json_part($value);
    return (json_text($value), json_text($pattern));
}

# Scalars are their text.
sub json_value {
    my ($levels, $top) = @_;
    my $kind = $levels == 0 ? 0 : one($top ? (0, 1, 1, 1, 2, 2, 2) : (0, 0, 0, 1, 2));
    return one(qw(null true false 0 -0 1 1.0 1.00 10 1e1 12345678901234567890.5), '"a"', '"b"', '""', '"ab"', '"1"')
        if $kind == 0;
    return [many(4, sub { json_value($levels - 1) })] if $kind == 1;
    return { map { $_ => json_value($levels - 1) } many(4, sub { one('a', 'b', 'ab', '', 'abc') }) };
}

# Something the value contains, or nearly so.
sub json_part {
    my ($value) = @_;
    return json_value(2) if rand() < .03;
    return $value unless ref $value;
    if (ref $value eq 'ARRAY') {
        my @parts = map { json_part($_) } grep { rand() < .7 } @{$value};
        return one(@parts) if @parts && rand() < .1;
        return [sort { rand() <=> .5 } @parts, grep { rand() < .2 } @parts];
    }
    return { map { $_ => json_part($value->{$_}) } grep { rand() < .7 } keys %{$value} };
}

sub json_text {
    my ($value) = @_;
    return $value unless ref $value;
    return '[' . join(',', map { json_text($_) } @{$value}) . ']' if ref $value eq 'ARRAY';
    return '{' . join(',', map { "\"$_\":" . json_text($value->{$_}) } sort keys %{$value}) . '}';
}

my @all_words = (qw(a aa ab abc b ba c), "\x{e9}");
my @words;

# (value, query) of @@: documents with and without positions, and with some.
sub words {
    @words = one(0, 1) ? @all_words : qw(a ab b);
    my $keeps = one(0, 1, 1, 1, 1, 1, .7);
    my $last = one(4, 8, 16, 16383);
    my %document = map { one(@words) => [many(5, sub { position($last) })] } 1 .. int rand 8;
    my $value = join ' ', map {
        my @positions = @{ $document{$_} };
        "'$_'" . (@positions && rand() < $keeps ? ':' . join ',', @positions : '')
    } sort keys %document;
    return ($value, query(int rand 6));
}

sub position { return 1 + int(rand $_[0]) . one('', '', 'A', 'B', 'C') }

sub query {
    my ($levels) = @_;
    return "'" . one(@words) . "'" . one('', '', '', ':*', ':A', ':*B', ':CD') if $levels <= 0 || rand() < .15;
    return '!' . query($levels - 1) if rand() < .2;
    my $operator = one('&', '|', '<->', '<->', '<2>', '<0>', one('<3>', '<16384>', '<9000>'));
    return '(' . query($levels - 1) . " $operator " . query($levels - 1) . ')';
}

sub copy_line {
    my $line = join "\t", map { s/\\/\\\\/gr } @_;
    utf8::encode($line);
    return "$line\n";
}

1;
