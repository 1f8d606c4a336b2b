-- Communication of one tenant: templates, mail accounts, LinkedIn accounts and the campaigns that
-- use them. Variables: tenant, stream, members, leads, until.
INSERT INTO lad_data.communication_templates (id, tenant_id, channel, template_key, language, subject,
    subject_template, body, content, html_content, variables_schema, placeholders, is_active, name,
    category, description, is_builtin, agent_id, created_at, updated_at)
SELECT example.id(:'tenant', 'template', n), :'tenant', channel, format('%s-%s', channel, n),
       example.pick('{en,de,ar}', n), subject, subject, body, body,
       CASE WHEN channel = 'email' THEN format('<p>%s</p>', body) END, '{"first_name": "text"}',
       '["first_name"]', n % 6 > 0, initcap(channel) || ' ' || n, example.pick('{intro,reminder}', n),
       CASE WHEN n % 2 = 0 THEN 'Used by campaigns' END, n = 1,
       CASE WHEN channel = 'voice' THEN 1000001 END, :'until', :'until'
FROM (SELECT n, example.word(ARRAY['linkedin', 'email', 'voice', 'whatsapp', 'sms', 'web'],
                             1 + (n - 1) % 6, 0) AS channel,
             CASE WHEN n % 6 = 2 THEN 'Hallo {{first_name}}' END AS subject,
             format('Hi {{first_name}}, this is message %s – ¿hablamos?', n) AS body
      FROM generate_series(1, 12) AS n) AS r;

INSERT INTO lad_data.email_accounts (id, tenant_id, email, smtp_host, smtp_port, smtp_username,
    smtp_password, smtp_secure, is_active, daily_send_limit, sent_today, last_reset_date, created_at,
    updated_at)
SELECT example.id(:'tenant', 'mail account', n), :'tenant', format('sales%s@t.example', n),
       'smtp.example', CASE WHEN n = 2 THEN 25 ELSE 587 END, 'sales' || n, md5('smtp' || :'tenant' || n),
       n <> 2, n < 3, 200, n * 17, (:'until'::timestamptz AT TIME ZONE 'UTC')::date, :'until', :'until'
FROM generate_series(1, 3) AS n;

INSERT INTO lad_data.social_linkedin_accounts (id, tenant_id, account_name, unipile_account_id,
    session_cookies, is_active, daily_action_limit, actions_today, last_reset_date, user_id,
    access_token, refresh_token, token_expires_at, status, last_verified_at,
    default_daily_limit, default_hourly_limit, detected_weekly_limit, created_at, updated_at,
    is_deleted, deleted_at)
SELECT example.id(:'tenant', 'linkedin account', n), :'tenant',
       example.pick(example.first_names(), n * 7), md5('unipile' || n),
       CASE WHEN n = 1 THEN md5('cookie' || :'tenant') END, n < 4, 20, n * 3,
       (:'until'::timestamptz AT TIME ZONE 'UTC')::date, example.id(:'tenant', 'user', n),
       md5('access' || :'tenant' || n), NULL, :'until'::timestamptz + interval '1 day',
       example.pick('{active,expired}', n), :'until', 20, 5, CASE WHEN n = 2 THEN 120 END,
       :'until', :'until', n = 4, CASE WHEN n = 4 THEN :'until'::timestamptz END
FROM generate_series(1, 4) AS n;

INSERT INTO lad_data.campaign_linkedin_accounts (id, tenant_id, campaign_id, linkedin_account_id,
    status, daily_requests_limit, daily_limit, daily_requests_used, last_reset_date, hourly_limit,
    actions_today, is_primary, priority, created_at, updated_at, is_deleted, deleted_at)
SELECT example.id(:'tenant', 'campaign account', n), :'tenant', example.id(:'tenant', 'campaign', n),
       example.id(:'tenant', 'linkedin account', 1 + n % 3), 'active', 20, 20, n,
       (:'until'::timestamptz AT TIME ZONE 'UTC')::date, 5, n, n % 2 = 1, n, :'until', :'until',
       n = 6, CASE WHEN n = 6 THEN :'until'::timestamptz END
FROM generate_series(1, 6) AS n;
