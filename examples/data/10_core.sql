-- Core: all tenants, their people, and what both may do. The tables the application only reads, so
-- a privileged role fills them. Tenants stay active here, for a token of each is needed to go on.
-- Variables: seed, tenants, members (of the smallest tenant), until.
CREATE TABLE IF NOT EXISTS example.tenants (
    seed bigint, number bigint, tenant_id uuid, stream bigint, members bigint, leads bigint,
    PRIMARY KEY (seed, number));

-- A few hot tenants hold most of the rows: tenant i weighs 1 / i.
INSERT INTO example.tenants (seed, number, tenant_id, stream, members, leads)
SELECT :seed, i, md5(:'seed' || ' tenant ' || i)::uuid, hashint8extended(i, :seed),
       6 + least(40, share / 250), share
FROM (SELECT i, greatest(20, (:leads * (1.0 / i) / sum(1.0 / i) OVER ())::bigint) AS share
      FROM generate_series(1, :tenants) AS i) AS shares;
GRANT SELECT ON example.tenants TO PUBLIC;

CREATE TEMP TABLE t AS SELECT * FROM example.tenants WHERE seed = :seed;
CREATE TEMP TABLE member AS
    SELECT t.tenant_id, t.number, n, example.id(t.tenant_id, 'user', n) AS user_id,
           example.row_key(t.stream, 'user', n) AS k
    FROM t, generate_series(1, t.members) AS n;

INSERT INTO lad_data.tenants (id, name, slug, status, plan_tier, email, phone, website, metadata,
    vertical, created_at, updated_at)
SELECT tenant_id,
       format('%s %s %s-%s', example.pick(example.companies(), example.roll(k, 1)),
              example.pick(example.industries(), example.roll(k, 2)), seed, number),
       format('tenant-%s-%s', seed, number), 'active',
       example.word(ARRAY['free', 'starter', 'professional', 'enterprise'], number,
                    example.roll(k, 3)),
       format('office@t%s-%s.example', seed, number),
       CASE WHEN example.chance(k, 4, 70) THEN '+971 4 ' || example.roll(k, 5) % 9000000 END,
       format('https://t%s-%s.example', seed, number),
       jsonb_build_object('timezone', 'Asia/Dubai', 'business_hours', jsonb_build_object(
           'timezone', 'Asia/Dubai', 'days', '[1,2,3,4,5]'::jsonb, 'from', '08:00', 'to', '22:00')),
       CASE WHEN number % 3 = 0 THEN 'education' END,
       :'until'::timestamptz - interval '400 days',
       example.moment(:'until', example.roll(k, 6), 100)
FROM (SELECT *, example.row_key(stream, 'tenant', number) AS k FROM t) AS t;

INSERT INTO lad_data.tenant_epochs (id, tenant_id, updated_at)
SELECT example.id(tenant_id, 'epoch', 1), tenant_id, :'until' FROM t ON CONFLICT DO NOTHING;
INSERT INTO lad_data.tenant_counters (id, tenant_id, name, value, created_at, updated_at)
SELECT example.id(tenant_id, 'counter', 1), tenant_id, 'invoice', 6, :'until', :'until' FROM t
ON CONFLICT DO NOTHING;

-- Member 5 has left, member 6 may not sign in.
INSERT INTO lad_data.users (id, email, password_hash, first_name, last_name, phone, avatar_url,
    primary_tenant_id, is_active, email_verified, phone_verified, last_login_at, metadata,
    created_at, updated_at)
SELECT user_id, format('u%s.t%s.s%s@example.com', n, number, :seed),
       CASE WHEN n % 4 > 0 THEN '$2a$10$' || left(md5(user_id::text) || md5(n::text), 53) END,
       example.pick(example.first_names(), example.roll(k, 1)),
       example.pick(example.last_names(), example.roll(k, 2)),
       CASE WHEN example.chance(k, 3, 60) THEN '+4670' || example.roll(k, 4) % 10000000 END,
       CASE WHEN example.chance(k, 5, 50) THEN 'https://img.example/' || user_id END,
       tenant_id, n <> 6, example.chance(k, 6, 90), example.chance(k, 7, 30),
       CASE WHEN n <> 6 THEN example.moment(:'until', example.roll(k, 8), 30) END,
       jsonb_build_object('locale', example.pick('{en,de,ar,ja}', example.roll(k, 9))),
       :'until'::timestamptz - interval '390 days', :'until'::timestamptz - interval '10 days'
FROM member;

INSERT INTO lad_data.user_identities (id, user_id, provider, provider_user_id, access_token,
    refresh_token, token_expires_at, provider_data, created_at, updated_at)
SELECT example.id(tenant_id, 'identity', n), user_id, example.pick('{google,linkedin,microsoft}', n),
       md5('identity' || user_id), md5('access' || user_id), md5('refresh' || user_id),
       :'until'::timestamptz + interval '1 hour', '{"scope": "openid"}', :'until', :'until'
FROM member WHERE n % 2 = 1;

INSERT INTO lad_data.memberships (id, user_id, tenant_id, role, invited_by, created_at, updated_at,
    is_deleted, deleted_at)
SELECT example.id(tenant_id, 'membership', n), user_id, tenant_id,
       coalesce((ARRAY['owner', 'admin', 'viewer'])[n], 'member'),
       CASE WHEN n > 1 THEN example.id(tenant_id, 'user', 1) END,
       :'until'::timestamptz - interval '380 days', :'until'::timestamptz - interval '10 days',
       n = 5, CASE WHEN n = 5 THEN :'until'::timestamptz - interval '20 days' END
FROM member ORDER BY tenant_id, n;
-- The admin of each tenant is also a member of the next one.
INSERT INTO lad_data.memberships (id, user_id, tenant_id, role, created_at, updated_at)
SELECT example.id(next.tenant_id, 'membership', 0), member.user_id, next.tenant_id, 'member',
       :'until'::timestamptz - interval '300 days', :'until'::timestamptz - interval '300 days'
FROM member JOIN t AS next ON next.number = member.number % :tenants + 1
WHERE member.n = 2 AND next.tenant_id <> member.tenant_id;

INSERT INTO lad_data.tenant_features (id, tenant_id, feature_key, enabled, config, created_at,
    updated_at)
SELECT example.id(tenant_id, 'feature', n), tenant_id, key, n <> 5,
       jsonb_build_object('limit', 100 * n), :'until', :'until'
FROM t, unnest(example.features()) WITH ORDINALITY AS f (key, n);

INSERT INTO lad_data.user_capabilities (id, user_id, tenant_id, capability_key, feature_key, enabled,
    created_at, updated_at)
SELECT example.id(tenant_id, 'capability', 100 * member.n + c.n), user_id, tenant_id, key,
       CASE WHEN c.n % 3 > 0 THEN example.pick(example.features(), c.n * 5) END,
       NOT example.chance(k, c.n::int, 10), :'until', :'until'
FROM member, unnest(example.capabilities()) WITH ORDINALITY AS c (key, n)
WHERE member.n = 1 OR example.chance(k, 20 + c.n::int, 40);

-- One accepted, one taken back, the others pending.
INSERT INTO lad_data.tenant_invitations (id, tenant_id, email, role, invited_by, invitation_token,
    accepted_at, accepted_by, expires_at, message, created_at, updated_at, is_deleted, deleted_at)
SELECT example.id(tenant_id, 'invitation', n), tenant_id, format('Guest%s@T%s.example', n, number),
       example.word(ARRAY['member', 'owner', 'admin', 'viewer'], n, 3),
       example.id(tenant_id, 'user', 1), md5(tenant_id || 'invitation' || n),
       CASE WHEN n = 1 THEN :'until'::timestamptz - interval '90 days' END,
       CASE WHEN n = 1 THEN example.id(tenant_id, 'user', 4) END,
       :'until'::timestamptz + (n - 3) * interval '7 days', nullif('Willkommen!', repeat('x', n::int)),
       :'until'::timestamptz - interval '91 days', :'until'::timestamptz - interval '90 days',
       n = 2, CASE WHEN n = 2 THEN :'until'::timestamptz - interval '80 days' END
FROM t, generate_series(1, 5) AS n;

INSERT INTO lad_data.feature_flags (id, feature_key, tenant_id, user_id, is_enabled, config,
    expires_at, created_at, updated_at)
SELECT example.id(tenant_id, 'flag', n), example.pick(example.features(), n),
       tenant_id, CASE WHEN n > 2 THEN example.id(tenant_id, 'user', n) END, n % 2 = 0,
       jsonb_build_object('rollout', 25 * n), :'until'::timestamptz + n * interval '30 days',
       :'until', :'until'
FROM t, generate_series(1, 4) AS n;
INSERT INTO lad_data.feature_flags (id, feature_key, tenant_id, is_enabled, created_at, updated_at)
SELECT md5('flag ' || key)::uuid, key, NULL, true, :'until', :'until'
FROM unnest(example.features()) AS key ON CONFLICT DO NOTHING;
