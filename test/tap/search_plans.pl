# The leakproof searches under row-level security: which index the planner takes and which it must
# not, and that nothing they are given makes them raise.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use LadCluster;

my $cluster = LadCluster->start('searchplans', database => 'searchplans');
my $acme = 'a0000000-0000-4000-8000-00000000000a';
my $globex = 'b0000000-0000-4000-8000-00000000000b';
my $own = '00000000-0000-4000-8000-0000000000aa';
my $hidden = '00000000-0000-4000-8000-0000000000bb';
my $nobody = '00000000-0000-4000-8000-0000000000cc';

# pg_trgm lies where no search_path looks: its objects are found through the index alone.
$cluster->psql(<<"SQL");
SET client_min_messages = warning;
CREATE SCHEMA attic;
CREATE EXTENSION pg_trgm SCHEMA attic;
CREATE EXTENSION btree_gin SCHEMA attic;
CREATE EXTENSION lad_ext CASCADE;
SELECT count(*) FROM lad.install_schema();
CREATE ROLE app LOGIN IN ROLE lad_app;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('$acme', 'Acme', 'acme', 'active'), ('$globex', 'Globex', 'globex', 'active');

-- leading: indexes as they should be; bare: no other index, so that whatever can be used is; single:
-- one column each; everyone: a policy that does not fix the tenant.
CREATE TABLE lad_data.leading (
    id uuid, tenant_id uuid NOT NULL DEFAULT lad.current_tenant_id(), name text, local text COLLATE "en-x-icu",
    data jsonb, words tsvector, PRIMARY KEY (tenant_id, id));
CREATE TABLE lad_data.bare (LIKE lad_data.leading);
CREATE TABLE lad_data.single (LIKE lad_data.leading INCLUDING ALL);
CREATE TABLE lad_data.everyone (LIKE lad_data.leading);
INSERT INTO lad_data.leading
SELECT coalesce((ARRAY['$own', '$hidden'])[n]::uuid, md5(n::text)::uuid), CASE WHEN n % 10 = 2 THEN '$globex'::uuid ELSE '$acme' END,
       'Name ' || md5(n::text), 'Name ' || md5(n::text), jsonb_build_object('n', n), to_tsvector('simple', 'word' || n || ' end')
FROM generate_series(1, 20000) n;
INSERT INTO lad_data.bare SELECT * FROM lad_data.leading;
INSERT INTO lad_data.single SELECT * FROM lad_data.leading;
INSERT INTO lad_data.everyone SELECT * FROM lad_data.leading;
CREATE INDEX leading_search ON lad_data.leading
    USING gin (tenant_id, name attic.gin_trgm_ops, local attic.gin_trgm_ops, data, words);
CREATE INDEX bare_search ON lad_data.bare
    USING gin (tenant_id, name attic.gin_trgm_ops, local attic.gin_trgm_ops, data, words);
CREATE INDEX everyone_search ON lad_data.everyone
    USING gin (tenant_id, name attic.gin_trgm_ops, local attic.gin_trgm_ops, data, words);
CREATE INDEX everyone_id ON lad_data.everyone USING gin (id, name attic.gin_trgm_ops);
CREATE INDEX single_name ON lad_data.single USING gin (name attic.gin_trgm_ops);
CREATE INDEX single_data ON lad_data.single USING gin (data);
CREATE INDEX single_words ON lad_data.single USING gin (words);
CREATE INDEX single_trailing ON lad_data.single USING gin (name attic.gin_trgm_ops, data, words, tenant_id);
ALTER TABLE lad_data.leading ENABLE ROW LEVEL SECURITY;
ALTER TABLE lad_data.bare ENABLE ROW LEVEL SECURITY;
ALTER TABLE lad_data.single ENABLE ROW LEVEL SECURITY;
ALTER TABLE lad_data.everyone ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON lad_data.leading USING (tenant_id = lad.current_tenant_id());
CREATE POLICY own ON lad_data.bare USING (tenant_id = lad.current_tenant_id());
CREATE POLICY own ON lad_data.single USING (tenant_id = lad.current_tenant_id());
CREATE POLICY own ON lad_data.everyone USING (tenant_id IS NULL OR tenant_id = lad.current_tenant_id());
GRANT SELECT ON lad_data.leading, lad_data.bare, lad_data.single, lad_data.everyone TO lad_app;
INSERT INTO lad_data.leads (tenant_id, first_name, email, tags)
SELECT '$acme', 'Name ' || md5(n::text), n || '\@example.com', jsonb_build_array('tag' || n) FROM generate_series(1, 20000) n;
VACUUM ANALYZE lad_data.leading, lad_data.bare, lad_data.single, lad_data.everyone, lad_data.leads;
SQL
my $token = $cluster->psql("SELECT lad.issue_token('$acme', ttl => '15 minutes')");

sub app {
    my ($sql, %option) = @_;
    my ($out, $err) = $cluster->try("BEGIN; SELECT lad.authenticate('$token') \\g /dev/null\n$sql", user => 'app', %option);
    return $err =~ /(?:ERROR|FATAL):  (\w{5}):/ ? $1 : $out;
}
sub plan_of { return app("SET enable_seqscan = off; EXPLAIN (COSTS OFF) SELECT count(*) FROM lad_data.$_[0]") }

# What is declared.
is($cluster->psql(<<'SQL'), "json_contains itttsf20\ntext_ilike itttsf20\ntext_matches itttsf20", 'they are declared immutable, strict, leakproof and parallel safe, at a cost behind that of the tenant');
SELECT proname || ' ' || concat(provolatile, proisstrict, proleakproof, prosupport = 'lad.search_support'::regproc, proparallel, prosecdef, procost)
FROM pg_proc WHERE pronamespace = 'lad'::regnamespace AND proname IN ('text_ilike', 'json_contains', 'text_matches') ORDER BY 1
SQL

# Which index.
my %searches = (
    'lad.text_ilike(name, ' => ["'%c4ca%'", '~~\*', 'name ILIKE'],
    'lad.json_contains(data, ' => [q('{"n": 17}'), '@>', 'data @>'],
    'lad.text_matches(words, ' => ["'word17'", '@@', 'words @@'],
);
for my $call (sort keys %searches) {
    my ($pattern, $operator, $builtin) = @{ $searches{$call} };
    my $fixed = qr/Index Scan on leading_search\s+Index Cond: \(\(tenant_id = .*\) AND \(\w+ $operator /;
    like(plan_of("leading WHERE $call$pattern)"), $fixed, "$call uses the index that the tenant leads");
    unlike(plan_of("leading WHERE $builtin $pattern"), $fixed, "$builtin does not");
    like(plan_of("leading WHERE $call$pattern)"), qr/Filter: \Q$call\E/, "$call is checked again on the row");
    like(plan_of("leading WHERE tenant_id = '$acme' AND $call$pattern)"), $fixed, "$call with the application's own condition too");
    unlike(plan_of("single WHERE $call$pattern)"), qr/single_(?:name|data|words)|Cond:.* $operator /, "$call never uses an index that the tenant does not lead");
    unlike(plan_of("everyone WHERE $call$pattern)"), qr/Cond:.* $operator /, "$call uses none where the policy does not fix the tenant");
    unlike(plan_of("everyone WHERE tenant_id = '$globex' AND $call$pattern)"), qr/Cond:.* $operator /, "$call: not even when the caller does");
    my $count = "SELECT count(*) FROM lad_data.leading WHERE";
    is(app("SET enable_seqscan = off; $count $call$pattern)"), app("$count $builtin $pattern"), "$call finds the same rows");
    isnt(app("$count $call$pattern)"), '0', 'which are some');
}
like(plan_of("leading WHERE lad.text_ilike(local, '%c4ca%')"), qr/Index Cond: .*local ~~\*/, 'a column with its own collation is searched by the index');
like(plan_of("bare WHERE lad.text_ilike(name, '%c4ca%')"), qr/Cond:.* ~~\*/, 'what can be used is used');
unlike(plan_of(q(bare WHERE lad.text_ilike(name COLLATE "en-x-icu", '%c4ca%'))), qr/Cond:.* ~~\*/, 'but not by another collation than the index has');
unlike(plan_of("bare WHERE lad.text_ilike(name, '%' || random())"), qr/Cond:.* ~~\*/, 'nor for a pattern that changes from row to row');
unlike(plan_of("bare WHERE lad.text_ilike(name, name)"), qr/Cond:.* ~~\*/, 'or is a column of the table');
unlike(plan_of("bare WHERE lad.text_ilike('name', name)"), qr/Cond:.* ~~\*/, 'nor for a column that is the pattern');
like(plan_of("leading AS l, (VALUES ('%c4ca%'), ('%c81e%')) AS p (pattern) WHERE lad.text_ilike(l.name, p.pattern)"),
    qr/Index Cond: .*name ~~\* .*column1/, 'a pattern may come from another table');
unlike(plan_of("bare WHERE lad.text_ilike(name, (SELECT '%c4ca%'))"), qr/Cond:.* ~~\*/, 'not from a subquery, which is evaluated when the scan begins');
unlike(plan_of("bare WHERE lad.text_ilike(name, current_setting('application_name'))"), qr/Cond:.* ~~\*/, 'nor from a function that may raise');
unlike(plan_of("bare WHERE lad.text_matches(words, (repeat('word1 & ', 300) || 'end')::tsquery)"), qr/Cond:.* @@/, 'a query beyond the limit does not reach the index');
unlike(app("SET enable_seqscan = off; PREPARE p (tsquery) AS SELECT count(*) FROM lad_data.bare WHERE lad.text_matches(words, \$1);"
    . " SET plan_cache_mode = force_generic_plan; EXPLAIN (COSTS OFF) EXECUTE p ('word17')"), qr/Cond:.* @@/, 'nor one that the planner has not seen');
like(plan_of("leads WHERE lad.text_ilike(first_name, '%c4ca%')"), qr/leads_tenant_id_first_name_last_name_email_company_name_idx/,
    'the leads are searched by name');
like(plan_of("leads WHERE lad.text_ilike(email, '%777\@%')"), qr/leads_tenant_id_first_name_last_name_email_company_name_idx/, 'and by address');
like(plan_of(q(leads WHERE lad.json_contains(tags, '["tag7"]'))), qr/leads_tenant_id_tags_custom_fields_idx/, 'and by label');
like(app("SET enable_seqscan = off; PREPARE p (text) AS SELECT count(*) FROM lad_data.bare WHERE lad.text_ilike(name, \$1);"
    . " SET plan_cache_mode = force_generic_plan; EXPLAIN (COSTS OFF) EXECUTE p ('%c4ca%')"), qr/name ~~\* \$1/, 'so does a generic plan');
unlike(app("SET enable_seqscan = off; EXPLAIN (COSTS OFF) SELECT count(*) FROM lad_data.bare WHERE lad.text_ilike(name, '%a%')", user => 'postgres'),
    qr/Cond:.* ~~\*/, 'without a tenant, as a superuser, no condition is derived');
unlike(app("SET enable_seqscan = off; EXPLAIN (COSTS OFF) SELECT count(*) FROM lad_data.everyone WHERE id = '$own' AND lad.text_ilike(name, '%a%')", user => 'postgres'),
    qr/Cond:.* ~~\*/, 'nor for an index that another column leads');

# No error, whoever's row it is: the answer to a foreign id is that to an id nobody has.
my %bad = (
    'lad.text_ilike(name, %s)' => ['text', q('%\\'), q('Name\\\\\\'), q(repeat('%a', 100000)), q(repeat('\\', 4097))],
    'lad.json_contains(data, %s)' => ['jsonb', q((repeat('[', 3000) || repeat(']', 3000))::jsonb), q((repeat('{"a":', 65) || '1' || repeat('}', 65))::jsonb)],
    'lad.text_matches(words, %s)' => ['tsquery', q((repeat('!', 20) || '(' || repeat('a | ', 3000) || 'a)')::tsquery), q(''::tsquery), q((repeat('a <-> ', 2000) || 'a')::tsquery)],
);
for my $call (sort keys %bad) {
    my ($type, @patterns) = @{ $bad{$call} };
    for my $pattern (@patterns) {
        my ($script, $asked) = ('', 0);
        for my $id ($hidden, $nobody, $own) {
            for my $table ('leading', 'single') {
                my $query = "SELECT count(*) FROM lad_data.$table WHERE id = %s AND " . sprintf $call, '%s';
                $script .= sprintf "$query;\n", "'$id'", $pattern;
                $script .= "SET plan_cache_mode = $_;\nPREPARE p (uuid, $type) AS " . sprintf($query, '$1', '$2')
                    . ";\nEXECUTE p ('$id', $pattern);\nDEALLOCATE p;\n" for qw(force_generic_plan force_custom_plan);
                $asked += 3;
            }
        }
        is(app($script), join("\n", ('0') x $asked), "$call with $pattern never raises");
    }
}
my $raises = q(lad.text_ilike(name, (1 / (length(name) - length(name)))::text));
is(app("SELECT count(*) FROM lad_data.leading WHERE id = '$_->[0]' AND $raises"), $_->[1], "a pattern that raises on $_->[2]")
    for [$own, '22012', 'a row of one\'s own does'], [$hidden, '0', 'another tenant\'s does not'], [$nobody, '0', 'none does not'];

# The limits, to the byte and to the level.
is($cluster->psql(<<'SQL'), 't|f|t|f|t|f|t|f', 'the limits are those that are documented');
SELECT lad.text_ilike(repeat('a', 4096), repeat('A', 4096)), lad.text_ilike(repeat('a', 4097), repeat('A', 4097)),
       lad.text_ilike(repeat('a', 64 << 20), 'A%'), lad.text_ilike(repeat('a', (64 << 20) + 1), 'A%'),
       lad.json_contains(j.d64, j.d64), lad.json_contains(j.d65, j.d65),
       lad.text_matches('a', (repeat('a & ', 255) || 'a')::tsquery), lad.text_matches('a', (repeat('a & ', 256) || 'a')::tsquery)
FROM (SELECT (repeat('[', 64) || repeat(']', 64))::jsonb AS d64, (repeat('[', 65) || repeat(']', 65))::jsonb AS d65) AS j
SQL

# Long searches can be cancelled. What they search is made before the time runs.
my %long = (
    'text_ilike' => q(repeat('a', 60000000) AS a, '%' || repeat('a_', 2000) || 'b' AS b),
    'json_contains' => q(a, a || '[[-1]]' AS b FROM (SELECT jsonb_agg(jsonb_build_array(n)) AS a
        FROM generate_series(1, 200000) n) AS t),
    'text_matches' => q((SELECT string_agg('a' || n || ':' || n % 16000 + 1, ' ')::tsvector FROM generate_series(1, 60000) n) AS a,
        (repeat('a:* <-> ', 250) || 'x')::tsquery AS b),
);
for my $function (sort keys %long) {
    is($cluster->sqlstate("CREATE TEMP TABLE t AS SELECT $long{$function};"
        . " SET statement_timeout = '200ms'; SELECT lad.$function(a, b) FROM t"), '57014', "$function can be cancelled");
}
done_testing();
