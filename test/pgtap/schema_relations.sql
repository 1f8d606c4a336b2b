-- Every relation of the model is a foreign key, or stands in the list of exceptions with a reason.
-- A reference to a person from a tenant's table goes through the membership.
\ir schema_setup.psql
SELECT * FROM no_plan();

CREATE TEMP VIEW realised AS
    SELECT r.*, x.reason, EXISTS (
        SELECT FROM data_constraints AS c
        WHERE c.contype = 'f' AND c."table" = r.child
          AND c.columns[cardinality(c.columns)] = r."column"
          AND (c.parent = r.parent
               OR (r.parent = 'users' AND c.parent = 'memberships'
                   AND c.parent_columns = ARRAY['tenant_id', 'user_id']))) AS by_key
    FROM er_relations AS r
    LEFT JOIN er_exceptions AS x
      ON x.kind = 'relation' AND x."table" = r.child AND x."column" = r."column";

SELECT ok(by_key <> (reason IS NOT NULL),
          format('%s.%s -> %s: %s', child, "column", parent, coalesce(reason, 'foreign key')))
FROM realised;

SELECT is((SELECT count(*) FROM er_relations WHERE source ~ 'NO_COLUMN'),
          (SELECT count(*) FROM er_exceptions WHERE "column" = '-'),
          'a relation without a column is an exception');
SELECT is_empty($$
    SELECT * FROM er_exceptions AS x WHERE kind = 'relation' AND NOT EXISTS (
        SELECT FROM er_relations AS r WHERE r.child = x."table" AND r."column" = x."column")
$$, 'no exception without a relation');
SELECT is_empty($$
    SELECT e."table", e."column" FROM er_columns AS e
    WHERE e."references" IS NOT NULL AND NOT EXISTS (
        SELECT FROM realised AS r WHERE r.child = e."table" AND r."column" = e."column"
          AND r.parent = e."references" AND (r.by_key OR r.reason IS NOT NULL))
$$, 'every column the model marks as a reference is one');

-- What replaces the foreign keys to calls.
SELECT has_trigger('lad_data', t, t || '_write_check_call', t || ' checks its call by a trigger')
FROM unnest(ARRAY['voice_call_analysis', 'voice_call_batch_entries']) AS t;
SELECT has_trigger('lad_data', 'voice_call_logs', 'voice_call_logs_delete_children',
                   'a deleted call takes its analysis along');
SELECT fk_ok('lad_data', 'voice_agent_numbers', ARRAY['tenant_id', 'default_agent_id'],
             'lad_data', 'voice_agents', ARRAY['tenant_id', 'id']);
SELECT fk_ok('lad_data', 'voice_call_logs', ARRAY['tenant_id', 'batch_id'],
             'lad_data', 'voice_call_batches', ARRAY['tenant_id', 'id']);

SELECT * FROM finish();
ROLLBACK;
