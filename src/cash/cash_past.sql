-- part: cash_past_line_columns
id, booked_on, amount_minor, currency, name, iban, ultimate_name, remittance, reference, end_to_end_id, batch_id, category,
party_id, parts, import_id

-- part: cash_past_item_columns
id, party_id, number, item_key, currency, issued_on, due_on, total_minor, payment_reference, order_number, discount_minor,
discount_until, collect, import_id

-- part: cash_fact_columns
item_id, item_key, issued_on, total_minor, payment_reference, order_number, discount_minor, discount_until, collect, import_id

-- name: fact_add
insert into cash_fact (company_id, {cash_fact_columns})
values (:company_id, {:cash_fact_columns});

-- name: fact_all
select {cash_fact_columns}
  from cash_fact where company_id = :company_id;

-- name: past_item_add
insert into cash_past_item (company_id, {cash_past_item_columns})
values (:company_id, {:cash_past_item_columns});

-- name: past_item_all
select {cash_past_item_columns}
  from cash_past_item where company_id = :company_id order by issued_on, id;

-- name: past_line_add
insert into cash_past_line (company_id, {cash_past_line_columns})
values (:company_id, {:cash_past_line_columns});

-- name: past_line_all
select {cash_past_line_columns}
  from cash_past_line where company_id = :company_id order by booked_on desc, id desc limit :id;

-- name: fact_forget
delete from cash_fact where company_id = :company_id and import_id = :id;

-- name: past_item_forget
delete from cash_past_item where company_id = :company_id and import_id = :id;

-- name: past_line_forget
delete from cash_past_line where company_id = :company_id and import_id = :id;

-- name: answer_rows
select l.id, coalesce(l.servicer_reference, l.bank_reference) as entry_id, d.category, d.parts, d.evidence, d.probability_ppm, d.is_automatic,
       p.category as proposed, p.why_not, p.explanations, p.probability_ppm as proposed_ppm
  from bank_line l
  left join cash_decision d on d.company_id = l.company_id and d.bank_line_id = l.id
   and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id)
  left join cash_proposal p on p.company_id = l.company_id and p.bank_line_id = l.id
 where l.company_id = :company_id and l.booked_on between :from_on and :to_on
 order by l.booked_on, l.id;
