-- part: cash_decision_columns
id, bank_line_id, category, party_id, entry_id, amount_minor, currency, decided_at, decided_by, is_automatic, probability_ppm,
model, parts, evidence, note

-- part: cash_request_columns
id, bank_line_id, decide, given_up_minor, limit_minor, note, asked_at, asked_by, state, ended_at, ended_by, reason, decision_id,
version

-- part: cash_question_columns
id, bank_line_id, party_id, message_id, recipient, question, asked_at, asked_by, return_on, answer, answered_at, answered_by,
version

-- part: cash_batch_columns
id, kind, reference, provider, currency, dated_on, total_minor, fee_minor, part_count, unknown_count, document_id, imported_at,
imported_by

-- part: cash_proposal_columns
bank_line_id, made_at, model, category, party_id, probability_ppm, why_not, explanations, chance_ppm, worth_minor, place

-- part: cash_refund_columns
item_id, bank_line_id, decision_id, party_id, amount_minor, currency, reason, asked_at, asked_by

-- part: cash_expected_columns
id, source_kind, source_id, whole_id, reference, amount_minor, currency, iban, account_id, expected_on

-- part: cash_setting_columns
precision_ppm, rounding_minor, charge_minor, difference_auto_minor, discount_mode, discount_late_days, write_off_minor,
answer_days, version

-- part: cash_setting_chosen
precision_ppm, rounding_minor, charge_minor, difference_auto_minor, discount_mode, discount_late_days, write_off_minor,
answer_days

-- part: cash_batch_part_columns
batch_id, line_no, reference, description, item_id, amount_minor, fee_minor, reason

-- part: cash_term_columns
id, party_id, valid_from, days, percent, added_at, added_by

-- part: cash_model_columns
id, version_hash, content, is_used, quality, trained_at

-- name: decision_add
insert into cash_decision (company_id, {cash_decision_columns})
values (:company_id, {:cash_decision_columns});

-- name: decision_by_id
select {cash_decision_columns}
  from cash_decision where company_id = :company_id and id = :id;

-- name: decision_of_line
select {d.cash_decision_columns}
  from cash_decision d where d.company_id = :company_id and d.bank_line_id = :id
   and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id);

-- name: decision_list
select {d.cash_decision_columns}, p.name as party_name, u.undone_at as taken_back_at, u.reason as taken_back
  from cash_decision d
  left join cash_undo u on u.company_id = d.company_id and u.decision_id = d.id
  left join party p on p.company_id = d.company_id and p.id = d.party_id
 where d.company_id = :company_id;

-- name: decision_past
select {d.cash_decision_columns}
  from cash_decision d join bank_line l on l.company_id = d.company_id and l.id = d.bank_line_id
 where d.company_id = :company_id and l.amount_minor > 0 and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id)
 order by l.booked_on desc, l.id desc limit 20000;

-- name: coded_past
-- lines that were no receivable and no bill, the newest first
select d.parts, l.amount_minor, l.name, l.iban, l.remittance
  from cash_decision d join bank_line l on l.company_id = d.company_id and l.id = d.bank_line_id
 where d.company_id = :company_id and d.category = 'unrelated' and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id)
 order by d.id desc limit 5000;

-- name: lines_past
select l.id, l.bank_account_id, l.statement_id, l.statement_key, l.fingerprint, l.occurrence, l.number, l.booked_on, l.valued_on, l.amount_minor, l.currency, l.is_reversal,
       l.bank_reference, l.servicer_reference, l.code, l.name, l.iban, l.ultimate_name, l.end_to_end_id, l.mandate_id, l.batch_id, l.reference, l.reference_type, l.remittance,
       l.return_reason, cast(null as text) as details, l.problems, cast(null as text) as raw, l.amount_minor as base_minor
  from cash_decision d join bank_line l on l.company_id = d.company_id and l.id = d.bank_line_id
 where d.company_id = :company_id and l.amount_minor > 0 and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id)
 order by l.booked_on desc, l.id desc limit 20000;

-- name: undo_add
insert into cash_undo (company_id, decision_id, undone_at, undone_by, reason, entry_id) values (:company_id, :id, :now, :by, :reason, :entry_id);

-- name: undo_find
select decision_id as id, reason, entry_id, undone_by as by from cash_undo where company_id = :company_id and decision_id = :id;

-- name: lines_undecided
select w.bank_line_id as id from bank_line_waiting w where w.company_id = :company_id order by w.booked_on, w.bank_line_id limit :id;

-- name: line_still_undecided
select l.id from bank_line l
 where l.company_id = :company_id and l.id = :id
   and not exists (select 1 from cash_decision d where d.company_id = l.company_id and d.bank_line_id = l.id
                    and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id));

-- name: proposal_clear
delete from cash_proposal where company_id = :company_id and bank_line_id = :bank_line_id;

-- name: proposal_add
insert into cash_proposal (company_id, {cash_proposal_columns})
values (:company_id, {:cash_proposal_columns});

-- name: proposal_of_line
select bank_line_id, made_at, model, category, party_id, probability_ppm, why_not, explanations from cash_proposal where company_id = :company_id and bank_line_id = :id;

-- name: queue
select l.id, w.booked_on, l.amount_minor, l.currency, l.name, l.iban, l.remittance, l.reference, l.bank_account_id, l.return_reason,
       p.category, p.party_id, p.probability_ppm, p.why_not, p.explanations, coalesce(p.place, 9007199254740991) as place,
       coalesce(p.chance_ppm, 0) as chance_ppm, coalesce(p.worth_minor, 0) as worth_minor,
       case when r.id is not null then 'waits_approval' when q.id is null then 'open' when q.answer is not null then 'answered'
            when q.return_on > :today then 'waits_answer' else 'unanswered' end as standing,
       q.id as question_id, q.return_on, q.answer, r.id as request_id
  from bank_line_waiting w join bank_line l on l.company_id = w.company_id and l.id = w.bank_line_id
  left join cash_proposal p on p.company_id = l.company_id and p.bank_line_id = l.id
  left join cash_request r on r.company_id = l.company_id and r.bank_line_id = l.id and r.state = 'open'
  left join cash_question q on q.company_id = l.company_id and q.id = (
       select max(x.id) from cash_question x where x.company_id = l.company_id and x.bank_line_id = l.id)
 where w.company_id = :company_id
   and (cast(:waiting as boolean) or (r.id is null and (q.id is null or q.answer is not null or q.return_on <= :today)));

-- part: question_columns
{cash_question_columns}

-- name: question_list
select {question_columns} from cash_question where company_id = :company_id;

-- name: question_by_id
select {question_columns} from cash_question where company_id = :company_id and id = :id;

-- name: question_add
insert into cash_question (company_id, {question_columns})
values (:company_id, {:cash_question_columns});

-- name: question_save
update cash_question set answer = :answer, answered_at = :answered_at, answered_by = :answered_by, version = version + 1
 where company_id = :company_id and id = :id and version = :version and answer is null;

-- name: refund_add
insert into cash_refund (company_id, {cash_refund_columns})
values (:company_id, {:cash_refund_columns});

-- part: batch_columns
{cash_batch_columns}

-- name: batch_list
select {batch_columns} from cash_batch where company_id = :company_id;

-- name: batch_all
select {batch_columns} from cash_batch where company_id = :company_id order by id;

-- name: batch_by_id
select {batch_columns} from cash_batch where company_id = :company_id and id = :id;

-- name: batch_named
select {batch_columns} from cash_batch where company_id = :company_id and kind = :kind and reference = :reference;

-- name: batch_add
insert into cash_batch (company_id, {batch_columns})
values (:company_id, {:cash_batch_columns});

-- name: batch_part_add
insert into cash_batch_part (company_id, {cash_batch_part_columns})
values (:company_id, {:cash_batch_part_columns});

-- name: batch_parts
select {p.cash_batch_part_columns}, b.currency
  from cash_batch_part p join cash_batch b on b.company_id = p.company_id and b.id = p.batch_id
 where p.company_id = :company_id and p.batch_id = :id order by p.line_no;

-- name: batch_part_all
select {cash_batch_part_columns} from cash_batch_part where company_id = :company_id order by batch_id, line_no;

-- name: taken_back
-- the newest part that takes this much of an item back
select p.reason from cash_batch_part p
 where p.company_id = :company_id and p.item_id = :item_id and p.amount_minor = :amount_minor order by p.batch_id desc, p.line_no desc limit 1;

-- name: item_named
-- reads the ledger: what is called so, two at most
select i.id from open_item i join account a on a.company_id = i.company_id and a.id = i.account_id
 where i.company_id = :company_id and a.control = 'receivables' and i.reference = :reference and i.kind in ('invoice', 'credit_note', 'opening') order by i.id limit 2;

-- name: undecided_sums
select l.currency, cast(sum(l.amount_minor) as bigint) as amount_minor, cast(sum(coalesce(l.base_minor, l.amount_minor)) as bigint) as base_minor from bank_line l
 where l.company_id = :company_id
   and not exists (select 1 from cash_decision d where d.company_id = l.company_id and d.bank_line_id = l.id
                    and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id))
 group by l.currency order by l.currency;

-- name: verify_waiting
select cast(count(*) as bigint) as count from (
    select id, sum(n) as n from (
        select l.id, l.bank_account_id, l.booked_on, l.amount_minor, 1 as n from bank_line l where l.company_id = :company_id
   and not exists (select 1 from cash_decision d where d.company_id = l.company_id and d.bank_line_id = l.id
                    and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id))
        union all
        select bank_line_id, bank_account_id, booked_on, amount_minor, -1 from bank_line_waiting where company_id = :company_id) x
     group by id, bank_account_id, booked_on, amount_minor having sum(n) <> 0) y;

-- name: reopened_add
insert into cash_reopened (company_id, decision_id, allocation_id, settled_again) values (:company_id, :decision_id, :allocation_id, :settled_again);

-- name: reopened_of
select decision_id, allocation_id, settled_again from cash_reopened where company_id = :company_id and decision_id = :id order by allocation_id;

-- name: proposal_stale
update cash_proposal set is_stale = true
 where company_id = :company_id
   and (bank_line_id = :bank_line_id or party_id = :party_id
        or exists (select 1 from bank_line l join bank_line m on m.company_id = l.company_id and m.iban = l.iban
                    where l.company_id = cash_proposal.company_id and l.id = cash_proposal.bank_line_id and m.id = :bank_line_id));

-- name: expected_add
insert into cash_expected (company_id, {cash_expected_columns})
values (:company_id, {:cash_expected_columns});

-- name: expected_withdraw
update cash_expected set withdrawn_at = :now where company_id = :company_id and source_kind = :source_kind and source_id = :source_id and met_by is null;

-- name: expected_like
-- what a run sent is booked as a whole or one by one: the parts of a whole that came are expected no more
select {e.cash_expected_columns} from cash_expected e
 where e.company_id = :company_id and e.amount_minor = :amount_minor and e.currency = :currency and e.met_by is null and e.withdrawn_at is null
   and not exists (select 1 from cash_expected w where w.company_id = e.company_id and w.source_kind = 'payment_run' and w.source_id = e.whole_id
                    and w.met_by is not null)
 order by e.id;

-- name: expected_meet
update cash_expected set met_by = :decision where company_id = :company_id and id = :id and met_by is null;

-- name: expected_unmeet
update cash_expected set met_by = null where company_id = :company_id and met_by = :id;

-- name: setting_load
select {cash_setting_columns}
  from cash_setting where company_id = :company_id;

-- name: setting_add
insert into cash_setting (company_id, {cash_setting_columns})
values (:company_id, {:cash_setting_chosen}, 1)
on conflict (company_id) do nothing;

-- name: setting_save
update cash_setting set {cash_setting_chosen = :}, version = version + 1 where company_id = :company_id and version = :version;

-- name: named_all
-- reads the ledger: an open item by the references its invoice has
select i.id as item_id, v.payment_reference as reference, v.order_reference as order_number, coalesce(f.discount_until, d.discount_until) as discount_until, coalesce(f.discount_minor, d.discount_minor) as discount_minor, v.net_minor
  from open_item i join item_rest r on r.company_id = i.company_id and r.item_id = i.id
  left join invoice v on i.source_kind = 'invoice' and v.company_id = i.company_id and v.id = i.source_id
  left join cash_fact f on f.company_id = i.company_id and f.item_id = i.id
  left join (select l.invoice_id, max(l.discount_until) as discount_until, cast(sum(l.net_minor) as bigint) as discount_minor from invoice_line l
              where l.company_id = :company_id and l.discount_until is not null and l.part = 'charge' group by l.invoice_id) d
    on d.invoice_id = v.id and v.kind = 'invoice'
 where i.company_id = :company_id and (v.id is not null or f.discount_until is not null) and (cast(:past as boolean) or r.rest_minor <> 0)
   and (cast(:item_id as bigint) = 0 or i.id = :item_id)
 order by i.id;

-- name: item_early_lines
-- reads the ledger: whether VAT on the invoice of an item is over the amount after discount already
select l.line_no from open_item i join invoice_line l on l.company_id = i.company_id and l.invoice_id = i.source_id
 where i.company_id = :company_id and i.id = :item_id and i.source_kind = 'invoice' and l.discount_until is not null limit 1;

-- name: term_all
select {cash_term_columns} from cash_term where company_id = :company_id order by valid_from desc, id desc;

-- name: term_list
select {cash_term_columns} from cash_term where company_id = :company_id;

-- name: term_add
insert into cash_term (company_id, {cash_term_columns})
values (:company_id, {:cash_term_columns});

-- name: limit_most
-- reads access: what the roles of the user at hand may give up, the most of them
select l.write_off_minor from member m join cash_limit l on l.company_id = m.company_id and l.role_id = m.role_id
 where m.company_id = :company_id and m.person_id = :user_id and m.ended_at is null order by l.write_off_minor desc limit 1;

-- name: limit_list
-- reads access: the roles' names
select l.role_id as id, r.name as role, l.write_off_minor, l.version from cash_limit l join role r on r.company_id = l.company_id and r.id = l.role_id
 where l.company_id = :company_id;

-- name: limit_find
select role_id, write_off_minor, version from cash_limit where company_id = :company_id and role_id = :id;

-- name: limit_add
insert into cash_limit (company_id, role_id, write_off_minor, version) values (:company_id, :role_id, :write_off_minor, 1);

-- name: limit_save
update cash_limit set write_off_minor = :write_off_minor, version = version + 1 where company_id = :company_id and role_id = :role_id and version = :version;

-- name: role_find
-- reads access: whether there is such a role
select id from role where company_id = :company_id and id = :id;

-- part: request_columns
{cash_request_columns}

-- name: request_list
select {request_columns} from cash_request where company_id = :company_id;

-- name: request_by_id
select {request_columns} from cash_request where company_id = :company_id and id = :id;

-- name: request_add
insert into cash_request (company_id, {request_columns})
values (:company_id, {:cash_request_columns});

-- name: request_save
update cash_request set state = :state, ended_at = :ended_at, ended_by = :ended_by, reason = :reason, decision_id = :decision_id, version = version + 1
 where company_id = :company_id and id = :id and version = :version and state = 'open';

-- name: model_used
select {cash_model_columns} from cash_model where company_id = :company_id and is_used order by id desc limit 1;

-- name: model_last
select id, nullif(version_hash, '') as version_hash, is_used, quality, trained_at from cash_model where company_id = :company_id order by id desc limit 1;

-- name: lessons
select cast((select count(*) from cash_decision d where d.company_id = :company_id
              and d.decided_at > coalesce((select max(m.trained_at) from cash_model m where m.company_id = :company_id), 0))
          + (select count(*) from cash_past_line p where p.company_id = :company_id
              and p.id > coalesce((select max(m.id) from cash_model m where m.company_id = :company_id), 0)) as bigint) as count;

-- name: model_retire
update cash_model set is_used = false where company_id = :company_id and is_used;

-- name: model_add
insert into cash_model (company_id, {cash_model_columns})
values (:company_id, {:cash_model_columns});

-- name: model_list
select id, nullif(version_hash, '') as version_hash, is_used, quality, trained_at from cash_model where company_id = :company_id;

-- name: party_all
select id, number, name, city, country, parent_id from party where company_id = :company_id and (is_customer or is_supplier);

-- name: party_iban_all
select party_id as id, iban from party_bank where company_id = :company_id and state <> 'blocked' order by party_id;

-- name: line_unseen
select w.bank_line_id as id from bank_line_waiting w
 where w.company_id = :company_id
   and not exists (select 1 from cash_proposal p where p.company_id = w.company_id and p.bank_line_id = w.bank_line_id and not p.is_stale) limit 1;
