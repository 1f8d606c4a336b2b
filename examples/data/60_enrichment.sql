-- Enrichment of one tenant: searches and people that were paid for once.
-- Variables: tenant, stream, leads, until. The numbers of these rows come from sequences.
INSERT INTO lad_data.company_search_cache (tenant_id, search_keywords, search_location,
    search_industry, apollo_organization_id, company_name, company_domain, company_data, page_number,
    access_count, last_accessed_at, created_at, updated_at)
SELECT :'tenant', format('saas %s', n / 10),
       CASE WHEN n % 4 > 0 THEN example.pick(example.cities(), n / 10) END,
       example.pick(example.industries(), n / 10),
       CASE WHEN n % 10 > 0 THEN example.apollo_id('organization', k) END,
       example.pick(example.companies(), example.roll(k, 1)) || ' ' || n,
       CASE WHEN n % 5 > 0 THEN format('c%s.example', n) END,
       jsonb_build_object('employees', example.skewed(example.roll(k, 2), 5000), 'city',
                          example.pick(example.cities(), example.roll(k, 3))),
       1 + n % 3, example.skewed(example.roll(k, 4), 20),
       example.moment(:'until', example.roll(k, 5), 60),
       example.moment(:'until', example.roll(k, 6), 150),
       :'until'
FROM (SELECT n, example.row_key(:stream, 'company', n) AS k
      FROM generate_series(1, greatest(10, :leads / 20)) AS n) AS r;

INSERT INTO lad_data.employees_cache (tenant_id, company_id, company_name, company_domain,
    employee_name, employee_title, employee_email, employee_phone, employee_linkedin_url,
    employee_headline, employee_city, employee_country, apollo_person_id, employee_data,
    last_fetched_at, created_at, updated_at)
SELECT :'tenant', CASE WHEN n % 9 > 0 THEN 'org-' || company END,
       example.pick(example.companies(), company), format('c%s.example', company),
       format('%s %s', example.pick(example.first_names(), example.roll(k, 2)),
              example.pick(example.last_names(), example.roll(k, 3))),
       example.pick(example.titles(), example.roll(k, 4)),
       CASE WHEN example.chance(k, 5, 60) THEN format('p%s@c%s.example', n, company) END,
       CASE WHEN example.chance(k, 6, 20) THEN '+49151' || example.roll(k, 7) % 10000000 END,
       'https://www.linkedin.com/in/p' || n, 'Growth · Strategie · 営業',
       example.pick(example.cities(), example.roll(k, 8)),
       example.pick('{AE,DE,BR,JP}', example.roll(k, 9)),
       example.apollo_id('person', k),
       jsonb_build_object('seniority', example.pick('{entry,manager,c_suite}', k & 255)),
       example.moment(:'until', example.roll(k, 10), 60),
       example.moment(:'until', example.roll(k, 11), 150),
       :'until'
FROM (SELECT n, k, example.skewed(example.roll(k, 1), 400) AS company
      FROM (SELECT n, example.row_key(:stream, 'employee', n) AS k
            FROM generate_series(1, greatest(10, :leads / 10)) AS n) AS keys) AS r;
