-- Education of one tenant: leads who are students, members who are counsellors.
-- Variables: tenant, stream, members, leads, until.
INSERT INTO lad_data.education_counsellors (id, tenant_id, user_id, counselor_code, specialization,
    timezone, availability_rules, display_name, designation, is_active, max_sessions_per_day,
    created_at, updated_at, is_deleted, deleted_at)
SELECT example.id(:'tenant', 'counsellor', n), :'tenant', example.id(:'tenant', 'user', n), 'C' || n,
       example.pick('{visas,scholarships,admissions}', n), example.pick('{UTC,Asia/Kolkata}', n),
       CASE WHEN n < 4 THEN '{"mon": ["09:00-17:00"]}'::jsonb END,
       example.pick(example.first_names(), n * 11), 'Senior Counsellor', n <> 4, 20, :'until', :'until',
       n = 5, CASE WHEN n = 5 THEN :'until'::timestamptz END
FROM generate_series(1, 5) AS n;

INSERT INTO lad_data.education_students (id, tenant_id, lead_id, student_parent_name,
    parent_designation, program_interested_in, country_interested, intake_year, intake_month,
    counsellor_id, country_of_residence, metadata, created_at, updated_at, is_deleted, deleted_at)
SELECT example.id(:'tenant', 'student', n), :'tenant', example.id(:'tenant', 'lead', 10 * n),
       CASE WHEN n % 2 = 1 THEN example.pick(example.last_names(), example.roll(k, 1)) END,
       CASE WHEN n % 2 = 1 THEN 'Father' END,
       example.pick('{MBA,BSc Informatik,Médecine,Law}', example.roll(k, 2)),
       example.pick('{DE,UK,CA,AU}', example.roll(k, 3)), 2027 + (example.roll(k, 4) % 3)::int,
       example.pick('{January,May,September}', example.roll(k, 5)),
       CASE WHEN n % 4 > 0 THEN example.id(:'tenant', 'counsellor', 1 + n % 4) END,
       example.pick('{AE,IN,NG}', example.roll(k, 6)), jsonb_build_object('ielts', 5 + n % 4),
       example.moment(:'until', example.roll(k, 7), 150), :'until',
       n % 20 = 0, CASE WHEN n % 20 = 0 THEN :'until'::timestamptz END
FROM (SELECT n, example.row_key(:stream, 'student', n) AS k
      FROM generate_series(1, :leads / 10) AS n) AS r;
