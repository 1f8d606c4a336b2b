-- The assistant of one tenant: conversations, their messages, profiles, keyword expansions.
-- Variables: tenant, stream, members, leads, until.
SELECT greatest(6, :leads / 80) AS conversations \gset

INSERT INTO lad_data.ai_conversations (id, user_id, organization_id, tenant_id, title, status,
    icp_data, search_params, search_triggered, metadata, created_at, updated_at, archived_at,
    is_deleted, deleted_at)
SELECT example.id(:'tenant', 'conversation', n),
       example.id(:'tenant', 'user', example.skewed(example.roll(k, 1), :members)), :'tenant', :'tenant',
       CASE WHEN n % 4 > 0 THEN format('%s in %s', example.pick(example.industries(), example.roll(k, 2)),
                                       example.pick(example.cities(), example.roll(k, 3))) END,
       status, jsonb_build_object('industry', example.pick(example.industries(), example.roll(k, 2))),
       CASE WHEN status = 'completed' THEN jsonb_build_object('keywords', '["saas", "crm"]'::jsonb) END,
       status = 'completed', '{}', created_at, :'until',
       CASE WHEN status = 'archived' THEN :'until'::timestamptz END, n % 25 = 0,
       CASE WHEN n % 25 = 0 THEN :'until'::timestamptz END
FROM (SELECT n, k,
             example.word(ARRAY['active', 'completed', 'archived'], n, example.roll(k, 4)) AS status,
             example.moment(:'until', example.roll(k, 5), 150) AS created_at
      FROM (SELECT n, example.row_key(:stream, 'conversation', n) AS k
            FROM generate_series(1, :conversations) AS n) AS keys) AS r;

INSERT INTO lad_data.ai_messages (id, conversation_id, tenant_id, role, content, message_data,
    tokens_used, model, created_at, is_deleted, deleted_at)
SELECT example.id(:'tenant', 'message', 100 * c + m), example.id(:'tenant', 'conversation', c), :'tenant',
       (ARRAY['system', 'user', 'assistant'])[CASE WHEN m = 1 THEN 1 ELSE 2 + m % 2 END],
       CASE WHEN m = 1 THEN 'You find ideal customers.'
            ELSE format('Message %s: 最近 — %s', m,
                        example.pick(example.notes(), example.roll(k, 1))) END,
       CASE WHEN m % 4 = 0 THEN '{"draft": true}'::jsonb ELSE '{}' END,
       CASE WHEN m > 1 AND m % 2 = 1 THEN 50 + example.roll(k, 2) % 900 END,
       CASE WHEN m > 1 AND m % 2 = 1 THEN example.pick('{gpt-4,gpt-3.5-turbo}', example.roll(k, 3)) END,
       example.moment(:'until', example.roll(:stream, c), 150) + m * interval '40 seconds',
       m = 7 AND c % 9 = 0, CASE WHEN m = 7 AND c % 9 = 0 THEN :'until'::timestamptz END
FROM (SELECT c, m, example.row_key(:stream, 'message', 100 * c + m) AS k
      FROM generate_series(1, :conversations) AS c, generate_series(1, 4 + c % 9) AS m) AS r;

INSERT INTO lad_data.ai_icp_profiles (id, user_id, organization_id, tenant_id, name, description,
    icp_data, search_params, source_conversation_id, is_active, usage_count, last_used_at, created_at,
    updated_at, is_deleted, deleted_at)
SELECT example.id(:'tenant', 'profile', n),
       example.id(:'tenant', 'user', example.skewed(example.roll(k, 1), :members)), :'tenant', :'tenant',
       'Profile ' || n, CASE WHEN n % 2 = 0 THEN 'Mid-size, growing – «Mittelstand»' END,
       jsonb_build_object('industry', example.pick(example.industries(), example.roll(k, 2))), NULL,
       CASE WHEN n % 3 > 0 THEN example.id(:'tenant', 'conversation', n) END, n % 5 > 0,
       example.skewed(example.roll(k, 3), 50), CASE WHEN n % 2 = 0 THEN :'until'::timestamptz END,
       example.moment(:'until', example.roll(k, 4), 120), :'until',
       n % 10 = 0, CASE WHEN n % 10 = 0 THEN :'until'::timestamptz END
FROM (SELECT n, example.row_key(:stream, 'profile', n) AS k
      FROM generate_series(1, greatest(3, :conversations / 3)) AS n) AS r;

INSERT INTO lad_data.ai_keyword_expansions (id, original_keyword, expanded_keywords, context, model,
    organization_id, tenant_id, usage_count, last_used_at, normalized_keyword, prompt_version,
    created_at, is_deleted, deleted_at)
SELECT example.id(:'tenant', 'keyword', n), keyword,
       jsonb_build_array(keyword, keyword || ' manager', 'head of ' || keyword),
       example.word(ARRAY['general', 'title', 'industry', 'technology'], 1 + n % 4, 0),
       CASE WHEN n % 3 > 0 THEN 'gpt-4' END, :'tenant', :'tenant',
       example.skewed(example.roll(k, 1), 90), example.moment(:'until', example.roll(k, 2), 30),
       lower(keyword), 'v1', example.moment(:'until', example.roll(k, 3), 120),
       n % 15 = 0, CASE WHEN n % 15 = 0 THEN :'until'::timestamptz END
FROM (SELECT n, k, example.pick('{CTO,sales,café,Größe,SaaS,学校}', n) || ' ' || n AS keyword
      FROM (SELECT n, example.row_key(:stream, 'keyword', n) AS k
            FROM generate_series(1, greatest(8, :leads / 100)) AS n) AS keys) AS r;
