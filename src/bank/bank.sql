-- part: bank_line_columns
id, bank_account_id, statement_id, statement_key, fingerprint, occurrence, number, booked_on, valued_on, amount_minor, currency,
is_reversal, bank_reference, servicer_reference, code, name, iban, ultimate_name, end_to_end_id, mandate_id, batch_id, reference,
reference_type, remittance, return_reason, details, problems, raw, base_minor

-- part: bank_early_columns
id, bank_account_id, statement_id, statement_key, fingerprint, occurrence, number, booked_on, valued_on, amount_minor, currency,
is_reversal, bank_reference, servicer_reference, code, name, iban, ultimate_name, end_to_end_id, mandate_id, batch_id, reference,
reference_type, remittance, return_reason

-- part: bank_account_columns
id, name, iban, bic, holder, currency, ledger_account_id, is_closed, version

-- part: bank_statement_key
id, bank_account_id, document_id, kind, dialect, reference

-- part: bank_statement_facts
number, from_on, to_on, opening_minor, closing_minor, has_balances, line_count, added_count, booked_minor, proof,
difference_minor, follows, missing_minor, problems, imported_at, imported_by

-- name: bank_account_add
insert into bank_account (company_id, {bank_account_columns})
values (:company_id, {:bank_account_columns});

-- name: bank_account_save
update bank_account set name = :name, bic = :bic, holder = :holder, is_closed = :is_closed, version = version + 1
 where company_id = :company_id and id = :id and version = :version;

-- name: bank_account_by_id
select {bank_account_columns} from bank_account where company_id = :company_id and id = :id;

-- name: bank_account_by_iban
select {bank_account_columns} from bank_account
 where company_id = :company_id and iban = :iban and (cast(:currency as text) is null or currency = :currency) order by id limit 1;

-- name: bank_account_list
select {bank_account_columns} from bank_account where company_id = :company_id;

-- name: statement_add
insert into bank_statement (company_id, {bank_statement_key}, {bank_statement_facts})
values (:company_id, {:bank_statement_key}, {:bank_statement_facts});

-- name: statement_save
update bank_statement set from_on = :from_on, to_on = :to_on, opening_minor = :opening_minor, closing_minor = :closing_minor, has_balances = :has_balances,
       line_count = :line_count, added_count = :added_count, booked_minor = :booked_minor, proof = :proof, difference_minor = :difference_minor,
       follows = :follows, missing_minor = :missing_minor, problems = :problems
 where company_id = :company_id and id = :id;

-- name: statement_by_id
select {s.bank_statement_key}, a.currency, {s.bank_statement_facts}
  from bank_statement s join bank_account a on a.company_id = s.company_id and a.id = s.bank_account_id where s.company_id = :company_id and s.id = :id;

-- name: statement_list
select {s.bank_statement_key}, a.currency, {s.bank_statement_facts}
  from bank_statement s join bank_account a on a.company_id = s.company_id and a.id = s.bank_account_id where s.company_id = :company_id;

-- name: statement_before
select {s.bank_statement_key}, a.currency, {s.bank_statement_facts}
  from bank_statement s join bank_account a on a.company_id = s.company_id and a.id = s.bank_account_id
 where s.company_id = :company_id and s.bank_account_id = :bank_account_id and s.has_balances and s.id <> :id and s.follows <> 'repeats' and s.to_on <= :to_on
 order by s.to_on desc, s.id desc limit 1;

-- name: statement_after
select {s.bank_statement_key}, a.currency, {s.bank_statement_facts}
  from bank_statement s join bank_account a on a.company_id = s.company_id and a.id = s.bank_account_id
 where s.company_id = :company_id and s.bank_account_id = :bank_account_id and s.has_balances and s.id <> :id and s.follows <> 'repeats' and s.to_on > :to_on
 order by s.to_on, s.id limit 1;

-- name: statement_twin
select {s.bank_statement_key}, a.currency, {s.bank_statement_facts}
  from bank_statement s join bank_account a on a.company_id = s.company_id and a.id = s.bank_account_id
 where s.company_id = :company_id and s.bank_account_id = :bank_account_id and s.has_balances and s.id <> :id and s.follows <> 'repeats'
   and s.to_on = :to_on and s.opening_minor = :opening_minor and s.closing_minor = :closing_minor and s.line_count = :line_count and s.reference <> :reference
 order by s.id limit 1;

-- name: line_add
insert into bank_line (company_id, {bank_line_columns})
values (:company_id, {:bank_line_columns})
on conflict (company_id, bank_account_id, statement_key, fingerprint, occurrence) do nothing;

-- name: line_by_id
select {bank_early_columns}, coalesce(details, (select min(e.details) from bank_early e where e.company_id = bank_line.company_id and e.line_id = bank_line.id)) as details, problems, raw, coalesce(base_minor, amount_minor) as base_minor
  from bank_line where company_id = :company_id and id = :id;

-- name: lines_of
select {bank_early_columns}, coalesce(details, (select min(e.details) from bank_early e where e.company_id = bank_line.company_id and e.line_id = bank_line.id)) as details, problems, raw, coalesce(base_minor, amount_minor) as base_minor
  from bank_line where company_id = :company_id and statement_id = :id order by number;

-- name: line_plain
select id, booked_on, amount_minor, is_reversal from bank_line where company_id = :company_id;

-- name: line_list
select {bank_early_columns}, coalesce(details, (select min(e.details) from bank_early e where e.company_id = bank_line.company_id and e.line_id = bank_line.id)) as details, problems, raw, coalesce(base_minor, amount_minor) as base_minor
  from bank_line where company_id = :company_id;

-- name: line_of_key
select l.id from bank_statement s join bank_line l on l.company_id = s.company_id and l.statement_id = s.id
 where s.company_id = :company_id and s.bank_account_id = :bank_account_id and s.reference = :reference limit 1;

-- name: lines_wait
insert into bank_line_waiting (company_id, bank_line_id, bank_account_id, booked_on, amount_minor)
select company_id, id, bank_account_id, booked_on, amount_minor from bank_line where company_id = :company_id and statement_id = :id order by number;

-- name: line_days
select booked_on, cast(sum(amount_minor) as bigint) as amount_minor, cast(sum(coalesce(base_minor, amount_minor)) as bigint) as base_minor, cast(count(*) as bigint) as line_count from bank_line
 where company_id = :company_id and statement_id = :id group by booked_on order by booked_on;

-- name: complete_until
select a.id, (select max(s.to_on) from bank_statement s where s.company_id = a.company_id and s.bank_account_id = a.id and s.has_balances) as to_on
  from bank_account a where a.company_id = :company_id and not a.is_closed order by a.id;

-- name: early_add
insert into bank_early (company_id, id, bank_account_id, document_id, kind, fingerprint, occurrence, booked_on, amount_minor, currency, status,
       servicer_reference, batch_id, end_to_end_id, name, iban, reference, remittance, details, received_at)
values (:company_id, :id, :bank_account_id, :document_id, :kind, :fingerprint, :occurrence, :booked_on, :amount_minor, :currency, :status,
       :servicer_reference, :batch_id, :end_to_end_id, :name, :iban, :reference, :remittance, :details, :now)
on conflict (company_id, bank_account_id, kind, fingerprint, occurrence) do nothing;

-- name: early_candidates
-- lines of the statement it may be about, the surest first: the bank's own reference, the batch, the payment, then who and what of that very day
select l.id, case when l.servicer_reference = :servicer_reference then 1 when l.batch_id = :batch_id then 2 when l.end_to_end_id = :end_to_end_id then 3
                  when l.booked_on = :booked_on and l.iban = :iban and l.remittance = :remittance then 4 else 5 end as rank
  from bank_line l
 where l.company_id = :company_id and l.amount_minor = :amount_minor and l.bank_account_id = :bank_account_id and l.booked_on between :from_on and :to_on
   and (l.servicer_reference = :servicer_reference or l.batch_id = :batch_id or l.end_to_end_id = :end_to_end_id or l.booked_on = :booked_on)
   and not exists (select 1 from bank_early e where e.company_id = l.company_id and e.line_id = l.id and e.kind = :kind)
 order by 2, 1 limit 2;

-- name: early_meet
update bank_early set line_id = :line_id where company_id = :company_id and id = :id;

-- name: early_waiting
select id, bank_account_id, document_id, kind, fingerprint, occurrence, booked_on, amount_minor, currency, status, servicer_reference, batch_id,
       end_to_end_id, name, iban, reference, remittance, details, line_id, received_at
  from bank_early where company_id = :company_id and bank_account_id = :id and line_id is null and ended_at is null order by id;

-- name: early_end
-- a statement over their day is there, and they are not in it
update bank_early set ended_at = :now
 where company_id = :company_id and bank_account_id = :bank_account_id and kind = 'intraday' and line_id is null and ended_at is null and booked_on <= :to_on;

-- name: early_list
select id, bank_account_id, document_id, kind, booked_on, amount_minor, currency, status, servicer_reference, batch_id, end_to_end_id, name, iban,
       reference, remittance, details, line_id, received_at, case when line_id is not null then 'met' when ended_at is not null then 'ended' else 'waiting' end as state
  from bank_early where company_id = :company_id;
