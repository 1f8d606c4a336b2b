-- Wallets of one tenant, opened and paid in by a service through functions: every third tenant pays
-- in USD, the others in credits. Members 1 to 3 have wallets of their own.
-- Variables: tenant, number, stream, members, leads.
SELECT lad.authenticate_service(:'tenant', 'example data') \g /dev/null
SELECT CASE WHEN :number % 3 = 0 THEN 'USD' ELSE 'CREDIT' END AS currency,
       lad.create_wallet(NULL, CASE WHEN :number % 3 = 0 THEN 'USD' ELSE 'CREDIT' END, 0, 500)
           AS wallet \gset
SELECT count(lad.topup(:'wallet', CASE n WHEN 1 THEN 1000 WHEN 2 THEN 3000 ELSE 12000 + :leads * 6 END,
                       'stripe_' || example.id(:'tenant', 'payment', n), 'stripe_payment',
                       example.id(:'tenant', 'payment', n), 'Top-up package ' || n))
FROM generate_series(1, 3) AS n \g /dev/null
SELECT lad.credit(:'wallet', 12.5, 'welcome', 'manual', NULL, 'Willkommensguthaben') \g /dev/null
SELECT lad.adjust(:'wallet', -0.000001, 'rounding', 'manual') \g /dev/null
SELECT lad.debit(:'wallet', 25 + n, 'campaign ' || n, 'campaign',
                 example.id(:'tenant', 'campaign', n), 'Campaign set-up')
FROM generate_series(1, 6) AS n \g /dev/null
SELECT count(lad.topup(wallet, 50 * n, 'allowance ' || n, 'manual'))
FROM (SELECT n, lad.create_wallet(example.id(:'tenant', 'user', n), :'currency') AS wallet
      FROM generate_series(1, 3) AS n) AS opened \g /dev/null
-- The third member's account is suspended, another one was closed empty.
SELECT lad.set_wallet_status(id, 'suspended', 'under review')
FROM lad_data.billing_wallets WHERE user_id = example.id(:'tenant', 'user', 3) \g /dev/null
SELECT lad.set_wallet_status(lad.create_wallet(example.id(:'tenant', 'user', 5), :'currency'), 'closed',
                             'member has left') \g /dev/null
