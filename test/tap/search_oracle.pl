# The leakproof searches answer as the built-in operators, on random cases in several collations and
# encodings. LAD_SEARCH_CASES says how many for each function (10,000); LAD_SEARCH_SEED repeats a run.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;
use SearchCases;

my $cases = $ENV{LAD_SEARCH_CASES} // 10_000;
my $seed = srand($ENV{LAD_SEARCH_SEED} // time);
diag "seed $seed, $cases cases";
my $cluster = LadCluster->start('searchoracle', database => 'searchoracle');

sub prepare {
    my ($database) = @_;
    $cluster->psql(<<'SQL', database => $database);
SET client_min_messages = warning;
CREATE EXTENSION lad_ext CASCADE;
CREATE COLLATION nondeterministic (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE text_cases (value text, pattern text);
CREATE TABLE json_cases (value jsonb, pattern jsonb);
CREATE TABLE words_cases (value tsvector, pattern tsquery);
-- NULL where the built-in operator raises.
CREATE FUNCTION answer(operation text, VARIADIC arguments text[]) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE result boolean;
BEGIN
    EXECUTE 'SELECT ' || operation USING arguments INTO result;
    RETURN result;
EXCEPTION WHEN invalid_escape_sequence OR feature_not_supported OR indeterminate_collation THEN RETURN NULL;
END $$;
SQL
    return;
}

sub fill {
    my ($kind, $count, $database, $accepts) = @_;
    my $make = SearchCases->can($kind);
    my $lines = '';
    for (my $made = 0; $made < $count;) {
        my $line = SearchCases::copy_line($make->());
        next if $accepts && $line !~ $accepts;
        $lines .= $line;
        ++$made;
    }
    $cluster->psql("TRUNCATE ${kind}_cases; COPY ${kind}_cases FROM STDIN;\n$lines\\.\n", database => $database);
    return;
}

# Compares the two; at least a few of the cases must match.
sub compare {
    my ($kind, $ours, $theirs, $what, $database) = @_;
    my $result = $cluster->psql(<<"SQL", database => $database, timeout => 900);
SELECT count(*) FILTER (WHERE $ours IS DISTINCT FROM $theirs), 20 * count(*) FILTER (WHERE $ours) > count(*),
       coalesce(min(value::text || ' ### ' || pattern::text) FILTER (WHERE $ours IS DISTINCT FROM $theirs), '')
FROM ${kind}_cases
SQL
    is($result, '0|t|', $what);
    return;
}

prepare('searchoracle');
fill($_, $cases, 'searchoracle') for qw(text json words);

my $ilike = q{coalesce(answer('($1)[1] %s ILIKE ($1)[2]', value, pattern), false)};
for my $collation ('', '"C"', '"en-x-icu"', '"tr-x-icu"', '"el-x-icu"') {
    my $collate = $collation eq '' ? '' : "COLLATE $collation";
    compare('text', "lad.text_ilike(value $collate, pattern)", sprintf($ilike, $collate),
        'text_ilike answers as ILIKE ' . ($collate || 'in the default collation'), 'searchoracle');
}
is($cluster->psql(<<'SQL'), '0|t', 'in a nondeterministic or undetermined collation, where ILIKE raises, it is false');
SELECT count(*) FILTER (WHERE lad.text_ilike(value COLLATE nondeterministic, pattern) OR
                              lad.text_ilike((CASE WHEN true THEN a ELSE b END), pattern)),
       bool_and(answer('($1)[1] COLLATE nondeterministic ILIKE ($1)[2]', value, pattern) IS NULL)
FROM (SELECT value, pattern, value COLLATE "C" AS a, value COLLATE "en-x-icu" AS b FROM text_cases LIMIT 500) AS t
SQL
compare('json', 'lad.json_contains(value, pattern)', '(value @> pattern)', 'json_contains answers as @>', 'searchoracle');
compare('words', 'lad.text_matches(value, pattern)', '(value @@ pattern)', 'text_matches answers as @@', 'searchoracle');
is($cluster->psql(<<'SQL'), 'f|f', 'an empty query matches nothing');
SELECT lad.text_matches('a', ''), lad.text_matches('', '')
SQL

# Encodings: one byte for a character, and several otherwise than UTF-8.
my %encodings = (LATIN1 => qr/^[\x00-\x7f\x{c3}\x{a9}\x{89}\x{9f}]*$/, EUC_JP => qr/^(?:[\x00-\x7f]|\xce\xa3|\xcf\x83)*$/);
for my $encoding (sort keys %encodings) {
    my $name = lc $encoding;
    $cluster->psql("CREATE DATABASE $name TEMPLATE template0 ENCODING '$encoding' LOCALE 'C'");
    prepare($name);
    $cluster->psql("ALTER DATABASE $name SET client_encoding = 'UTF8'");
    fill('text', $cases / 10, $name, $encodings{$encoding});
    for my $collation ('"default"', '"C"', '"en-x-icu"') {
        next if $encoding eq 'EUC_JP' && $collation eq '"en-x-icu"' ;
        compare('text', "lad.text_ilike(value COLLATE $collation, pattern)", sprintf($ilike, "COLLATE $collation"),
            "text_ilike answers as ILIKE in $encoding, $collation", $name);
    }
}
done_testing();
