-- name: decision_add
insert into cash_decision (company_id, id, bank_line_id, category, party_id, entry_id, amount_minor, currency, decided_at, decided_by, is_automatic, probability_ppm, model, parts, evidence, note)
values (:company_id, :id, :bank_line_id, :category, :party_id, :entry_id, :amount_minor, :currency, :decided_at, :decided_by, :is_automatic, :probability_ppm, :model, :parts, :evidence, :note);

-- name: decision_by_id
select id, bank_line_id, category, party_id, entry_id, amount_minor, currency, decided_at, decided_by, is_automatic, probability_ppm, model, parts, evidence, note
  from cash_decision where company_id = :company_id and id = :id;

-- name: decision_of_line
select d.id, d.bank_line_id, d.category, d.party_id, d.entry_id, d.amount_minor, d.currency, d.decided_at, d.decided_by, d.is_automatic, d.probability_ppm, d.model, d.parts, d.evidence, d.note
  from cash_decision d where d.company_id = :company_id and d.bank_line_id = :id
   and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id);

-- name: decision_list
select d.id, d.bank_line_id, d.category, d.party_id, d.entry_id, d.amount_minor, d.currency, d.decided_at, d.decided_by, d.is_automatic, d.probability_ppm, d.model, d.parts, d.evidence, d.note
  from cash_decision d where d.company_id = :company_id;

-- name: decision_past
select d.id, d.bank_line_id, d.category, d.party_id, d.entry_id, d.amount_minor, d.currency, d.decided_at, d.decided_by, d.is_automatic, d.probability_ppm, d.model, d.parts, d.evidence, d.note
  from cash_decision d join bank_line l on l.company_id = d.company_id and l.id = d.bank_line_id
 where d.company_id = :company_id and l.amount_minor > 0 and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id)
 order by l.booked_on desc, l.id desc limit 20000;

-- name: lines_past
select l.id, l.bank_account_id, l.statement_id, l.statement_key, l.fingerprint, l.occurrence, l.number, l.booked_on, l.valued_on, l.amount_minor, l.currency, l.is_reversal,
       l.bank_reference, l.servicer_reference, l.code, l.name, l.iban, l.ultimate_name, l.end_to_end_id, l.mandate_id, l.batch_id, l.reference, l.reference_type, l.remittance,
       l.return_reason, cast(null as text) as details, l.problems, cast(null as text) as raw
  from cash_decision d join bank_line l on l.company_id = d.company_id and l.id = d.bank_line_id
 where d.company_id = :company_id and l.amount_minor > 0 and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id)
 order by l.booked_on desc, l.id desc limit 20000;

-- name: undo_add
insert into cash_undo (company_id, decision_id, undone_at, undone_by, reason, entry_id) values (:company_id, :id, :now, :by, :reason, :entry_id);

-- name: undo_find
select decision_id as id, reason, entry_id, undone_by as by from cash_undo where company_id = :company_id and decision_id = :id;

-- name: lines_undecided
select l.id from bank_line l
 where l.company_id = :company_id
   and not exists (select 1 from cash_decision d where d.company_id = l.company_id and d.bank_line_id = l.id
                    and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id))
 order by l.booked_on, l.id limit :id;

-- name: proposal_clear
delete from cash_proposal where company_id = :company_id and bank_line_id = :bank_line_id;

-- name: proposal_add
insert into cash_proposal (company_id, bank_line_id, made_at, model, category, party_id, probability_ppm, why_not, explanations)
values (:company_id, :bank_line_id, :made_at, :model, :category, :party_id, :probability_ppm, :why_not, :explanations);

-- name: proposal_of_line
select bank_line_id, made_at, model, category, party_id, probability_ppm, why_not, explanations from cash_proposal where company_id = :company_id and bank_line_id = :id;

-- name: queue
select l.id, l.booked_on, l.amount_minor, l.currency, l.name, l.iban, l.remittance, l.reference, l.bank_account_id, p.category, p.party_id, p.probability_ppm, p.why_not, p.explanations
  from bank_line l left join cash_proposal p on p.company_id = l.company_id and p.bank_line_id = l.id
 where l.company_id = :company_id
   and not exists (select 1 from cash_decision d where d.company_id = l.company_id and d.bank_line_id = l.id
                    and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id));

-- name: undecided_sum
select cast(coalesce(sum(l.amount_minor), 0) as bigint) as amount_minor from bank_line l
 where l.company_id = :company_id
   and not exists (select 1 from cash_decision d where d.company_id = l.company_id and d.bank_line_id = l.id
                    and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id));

-- name: expected_add
insert into cash_expected (company_id, id, source_kind, source_id, reference, amount_minor, currency, iban, account_id, expected_on)
values (:company_id, :id, :source_kind, :source_id, :reference, :amount_minor, :currency, :iban, :account_id, :expected_on);

-- name: expected_withdraw
update cash_expected set withdrawn_at = :now where company_id = :company_id and source_kind = :source_kind and source_id = :source_id and met_by is null;

-- name: expected_like
select id, source_kind, source_id, reference, amount_minor, currency, iban, account_id, expected_on from cash_expected
 where company_id = :company_id and amount_minor = :amount_minor and currency = :currency and met_by is null and withdrawn_at is null order by id;

-- name: expected_meet
update cash_expected set met_by = :decision where company_id = :company_id and id = :id and met_by is null;

-- name: expected_unmeet
update cash_expected set met_by = null where company_id = :company_id and met_by = :id;

-- name: setting_load
select precision_ppm, rounding_minor, charge_minor, difference_auto_minor, version from cash_setting where company_id = :company_id;

-- name: setting_add
insert into cash_setting (company_id, precision_ppm, rounding_minor, charge_minor, difference_auto_minor, version)
values (:company_id, :precision_ppm, :rounding_minor, :charge_minor, :difference_auto_minor, 1) on conflict (company_id) do nothing;

-- name: setting_save
update cash_setting set precision_ppm = :precision_ppm, rounding_minor = :rounding_minor, charge_minor = :charge_minor,
       difference_auto_minor = :difference_auto_minor, version = version + 1 where company_id = :company_id and version = :version;

-- name: model_used
select id, version_hash, content, is_used, quality, trained_at from cash_model where company_id = :company_id and is_used order by id desc limit 1;

-- name: model_retire
update cash_model set is_used = false where company_id = :company_id and is_used;

-- name: model_add
insert into cash_model (company_id, id, version_hash, content, is_used, quality, trained_at)
values (:company_id, :id, :version_hash, :content, :is_used, :quality, :trained_at);

-- name: model_list
select id, version_hash, is_used, quality, trained_at from cash_model where company_id = :company_id;

-- name: party_all
select id, number, name, city, country, parent_id from party where company_id = :company_id and (is_customer or is_supplier);

-- name: party_iban_all
select party_id as id, iban from party_bank where company_id = :company_id and state <> 'blocked' order by party_id;

-- name: line_unseen
select l.id from bank_line l
 where l.company_id = :company_id
   and not exists (select 1 from cash_decision d where d.company_id = l.company_id and d.bank_line_id = l.id
                    and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id))
   and not exists (select 1 from cash_proposal p where p.company_id = l.company_id and p.bank_line_id = l.id) limit 1;
