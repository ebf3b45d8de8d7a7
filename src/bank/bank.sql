-- name: bank_account_add
insert into bank_account (company_id, id, name, iban, bic, holder, currency, ledger_account_id, is_closed, version)
values (:company_id, :id, :name, :iban, :bic, :holder, :currency, :ledger_account_id, :is_closed, :version);

-- name: bank_account_save
update bank_account set name = :name, bic = :bic, holder = :holder, is_closed = :is_closed, version = version + 1
 where company_id = :company_id and id = :id and version = :version;

-- name: bank_account_by_id
select id, name, iban, bic, holder, currency, ledger_account_id, is_closed, version from bank_account where company_id = :company_id and id = :id;

-- name: bank_account_by_iban
select id, name, iban, bic, holder, currency, ledger_account_id, is_closed, version from bank_account
 where company_id = :company_id and iban = :iban and (cast(:currency as text) is null or currency = :currency) order by id limit 1;

-- name: bank_account_list
select id, name, iban, bic, holder, currency, ledger_account_id, is_closed, version from bank_account where company_id = :company_id;

-- name: statement_add
insert into bank_statement (company_id, id, bank_account_id, document_id, kind, dialect, reference, number, from_on, to_on, opening_minor, closing_minor, has_balances,
       line_count, added_count, booked_minor, proof, difference_minor, follows, missing_minor, problems, imported_at, imported_by)
values (:company_id, :id, :bank_account_id, :document_id, :kind, :dialect, :reference, :number, :from_on, :to_on, :opening_minor, :closing_minor, :has_balances,
       :line_count, :added_count, :booked_minor, :proof, :difference_minor, :follows, :missing_minor, :problems, :imported_at, :imported_by);

-- name: statement_save
update bank_statement set from_on = :from_on, to_on = :to_on, opening_minor = :opening_minor, closing_minor = :closing_minor, has_balances = :has_balances,
       line_count = :line_count, added_count = :added_count, booked_minor = :booked_minor, proof = :proof, difference_minor = :difference_minor,
       follows = :follows, missing_minor = :missing_minor, problems = :problems
 where company_id = :company_id and id = :id;

-- name: statement_by_id
select s.id, s.bank_account_id, s.document_id, s.kind, s.dialect, s.reference, a.currency, s.number, s.from_on, s.to_on, s.opening_minor, s.closing_minor, s.has_balances,
       s.line_count, s.added_count, s.booked_minor, s.proof, s.difference_minor, s.follows, s.missing_minor, s.problems, s.imported_at, s.imported_by
  from bank_statement s join bank_account a on a.company_id = s.company_id and a.id = s.bank_account_id where s.company_id = :company_id and s.id = :id;

-- name: statement_list
select s.id, s.bank_account_id, s.document_id, s.kind, s.dialect, s.reference, a.currency, s.number, s.from_on, s.to_on, s.opening_minor, s.closing_minor, s.has_balances,
       s.line_count, s.added_count, s.booked_minor, s.proof, s.difference_minor, s.follows, s.missing_minor, s.problems, s.imported_at, s.imported_by
  from bank_statement s join bank_account a on a.company_id = s.company_id and a.id = s.bank_account_id where s.company_id = :company_id;

-- name: statement_before
select s.id, s.bank_account_id, s.document_id, s.kind, s.dialect, s.reference, a.currency, s.number, s.from_on, s.to_on, s.opening_minor, s.closing_minor, s.has_balances,
       s.line_count, s.added_count, s.booked_minor, s.proof, s.difference_minor, s.follows, s.missing_minor, s.problems, s.imported_at, s.imported_by
  from bank_statement s join bank_account a on a.company_id = s.company_id and a.id = s.bank_account_id
 where s.company_id = :company_id and s.bank_account_id = :bank_account_id and s.has_balances and s.id <> :id and s.follows <> 'repeats' and s.to_on <= :to_on
 order by s.to_on desc, s.id desc limit 1;

-- name: statement_after
select s.id, s.bank_account_id, s.document_id, s.kind, s.dialect, s.reference, a.currency, s.number, s.from_on, s.to_on, s.opening_minor, s.closing_minor, s.has_balances,
       s.line_count, s.added_count, s.booked_minor, s.proof, s.difference_minor, s.follows, s.missing_minor, s.problems, s.imported_at, s.imported_by
  from bank_statement s join bank_account a on a.company_id = s.company_id and a.id = s.bank_account_id
 where s.company_id = :company_id and s.bank_account_id = :bank_account_id and s.has_balances and s.id <> :id and s.follows <> 'repeats' and s.to_on > :to_on
 order by s.to_on, s.id limit 1;

-- name: statement_twin
select s.id, s.bank_account_id, s.document_id, s.kind, s.dialect, s.reference, a.currency, s.number, s.from_on, s.to_on, s.opening_minor, s.closing_minor, s.has_balances,
       s.line_count, s.added_count, s.booked_minor, s.proof, s.difference_minor, s.follows, s.missing_minor, s.problems, s.imported_at, s.imported_by
  from bank_statement s join bank_account a on a.company_id = s.company_id and a.id = s.bank_account_id
 where s.company_id = :company_id and s.bank_account_id = :bank_account_id and s.has_balances and s.id <> :id and s.follows <> 'repeats'
   and s.to_on = :to_on and s.opening_minor = :opening_minor and s.closing_minor = :closing_minor and s.line_count = :line_count and s.reference <> :reference
 order by s.id limit 1;

-- name: line_add
insert into bank_line (company_id, id, bank_account_id, statement_id, statement_key, fingerprint, occurrence, number, booked_on, valued_on, amount_minor, currency, is_reversal,
       bank_reference, servicer_reference, code, name, iban, ultimate_name, end_to_end_id, mandate_id, batch_id, reference, reference_type, remittance, return_reason, details, problems, raw, base_minor)
values (:company_id, :id, :bank_account_id, :statement_id, :statement_key, :fingerprint, :occurrence, :number, :booked_on, :valued_on, :amount_minor, :currency, :is_reversal,
       :bank_reference, :servicer_reference, :code, :name, :iban, :ultimate_name, :end_to_end_id, :mandate_id, :batch_id, :reference, :reference_type, :remittance, :return_reason, :details, :problems, :raw, :base_minor)
on conflict (company_id, bank_account_id, statement_key, fingerprint, occurrence) do nothing;

-- name: line_by_id
select id, bank_account_id, statement_id, statement_key, fingerprint, occurrence, number, booked_on, valued_on, amount_minor, currency, is_reversal,
       bank_reference, servicer_reference, code, name, iban, ultimate_name, end_to_end_id, mandate_id, batch_id, reference, reference_type, remittance, return_reason, details, problems, raw, coalesce(base_minor, amount_minor) as base_minor
  from bank_line where company_id = :company_id and id = :id;

-- name: lines_of
select id, bank_account_id, statement_id, statement_key, fingerprint, occurrence, number, booked_on, valued_on, amount_minor, currency, is_reversal,
       bank_reference, servicer_reference, code, name, iban, ultimate_name, end_to_end_id, mandate_id, batch_id, reference, reference_type, remittance, return_reason, details, problems, raw, coalesce(base_minor, amount_minor) as base_minor
  from bank_line where company_id = :company_id and statement_id = :id order by number;

-- name: line_list
select id, bank_account_id, statement_id, statement_key, fingerprint, occurrence, number, booked_on, valued_on, amount_minor, currency, is_reversal,
       bank_reference, servicer_reference, code, name, iban, ultimate_name, end_to_end_id, mandate_id, batch_id, reference, reference_type, remittance, return_reason, details, problems, raw, coalesce(base_minor, amount_minor) as base_minor
  from bank_line where company_id = :company_id;

-- name: line_days
select booked_on, cast(sum(amount_minor) as bigint) as amount_minor, cast(sum(coalesce(base_minor, amount_minor)) as bigint) as base_minor, cast(count(*) as bigint) as line_count from bank_line
 where company_id = :company_id and statement_id = :id group by booked_on order by booked_on;

-- name: complete_until
select a.id, (select max(s.to_on) from bank_statement s where s.company_id = a.company_id and s.bank_account_id = a.id and s.has_balances) as to_on
  from bank_account a where a.company_id = :company_id and not a.is_closed order by a.id;
