-- part: invoice_columns
id, kind, state, number, party_id, currency, language, issued_on, due_on, delivered_on, period_from_on, period_to_on,
order_reference, buyer_reference, note, payment_reference, credits_id, net_minor, vat_minor, total_minor, base_total_minor,
delivery, terms_days, created_at, created_by, finalised_at, finalised_by, version

-- part: message_columns
currency, language, issued_on, due_on, delivered_on, period_from_on, period_to_on, order_reference, buyer_reference, note,
payment_reference, credits_id, net_minor, vat_minor, total_minor, base_total_minor, delivery, terms_days, created_at,
finalised_at, created_by, finalised_by, version

-- part: invoice_line_columns
invoice_id, line_no, description, item_number, quantity, unit, price, discount_percent, discount_minor, net_minor, vat_code_id,
vat_category, vat_rate, account_id, cost_center, credits_line_no, part, reason_code, percent, base_minor, discount_until

-- part: invoice_setting_columns
id, number_format, specification, payment_terms, closing, version

-- part: invoice_row
i.id, i.kind, i.state, i.number, i.party_id, p.name as customer_name, {i.message_columns},
       coalesce(case when i.kind = 'credit_note' then -r.rest_minor else r.rest_minor end, 0) as open_minor,
       case when i.state = 'draft' then null when r.rest_minor = 0 then 'paid' when i.kind = 'invoice' and i.due_on < :today then 'overdue'
            when r.rest_minor <> r.amount_minor then 'partly_paid' else 'open' end as payment,
       (select coalesce(o.state, 'delivered') from message m left join outbox o on o.company_id = m.company_id and o.id = m.id
         where m.company_id = i.company_id and m.subject_kind = 'invoice' and m.subject_id = i.id order by m.id desc limit 1) as sent

-- name: invoice_by_id
-- reads the ledger: what is open of it now
select {invoice_row}
  from invoice i join party p on p.company_id = i.company_id and p.id = i.party_id
       left join open_item t on t.company_id = i.company_id and t.source_kind = 'invoice' and t.source_id = i.id
       left join item_rest r on r.company_id = t.company_id and r.item_id = t.id
 where i.company_id = :company_id and i.id = :id;

-- name: invoice_by_number
-- reads the ledger: what is open of it now
select {invoice_row}
  from invoice i join party p on p.company_id = i.company_id and p.id = i.party_id
       left join open_item t on t.company_id = i.company_id and t.source_kind = 'invoice' and t.source_id = i.id
       left join item_rest r on r.company_id = t.company_id and r.item_id = t.id
 where i.company_id = :company_id and i.number = :number;

-- name: invoice_list
-- reads the ledger: what is open of it now
select {invoice_row}
  from invoice i join party p on p.company_id = i.company_id and p.id = i.party_id
       left join open_item t on t.company_id = i.company_id and t.source_kind = 'invoice' and t.source_id = i.id
       left join item_rest r on r.company_id = t.company_id and r.item_id = t.id
 where i.company_id = :company_id;

-- name: invoice_plain
select id, kind, issued_on, due_on, total_minor, currency, party_id from invoice where company_id = :company_id;

-- name: invoice_list_by_name
-- reads the ledger: the same, customer by customer; what is open is looked up for the rows that are shown (joined, SQLite would read all items)
select i.id, i.kind, i.state, i.number, i.party_id, p.name as customer_name, {i.message_columns},
       coalesce(case when i.kind = 'credit_note' then -(select r.rest_minor from open_item t join item_rest r on r.company_id = t.company_id and r.item_id = t.id where t.company_id = i.company_id and t.source_kind = 'invoice' and t.source_id = i.id) else (select r.rest_minor from open_item t join item_rest r on r.company_id = t.company_id and r.item_id = t.id where t.company_id = i.company_id and t.source_kind = 'invoice' and t.source_id = i.id) end, 0) as open_minor,
       case when i.state = 'draft' then null when (select r.rest_minor from open_item t join item_rest r on r.company_id = t.company_id and r.item_id = t.id where t.company_id = i.company_id and t.source_kind = 'invoice' and t.source_id = i.id) = 0 then 'paid' when i.kind = 'invoice' and i.due_on < :today then 'overdue'
            when (select r.rest_minor from open_item t join item_rest r on r.company_id = t.company_id and r.item_id = t.id where t.company_id = i.company_id and t.source_kind = 'invoice' and t.source_id = i.id) <> (select r.amount_minor from open_item t join item_rest r on r.company_id = t.company_id and r.item_id = t.id where t.company_id = i.company_id and t.source_kind = 'invoice' and t.source_id = i.id) then 'partly_paid' else 'open' end as payment,
       (select coalesce(o.state, 'delivered') from message m left join outbox o on o.company_id = m.company_id and o.id = m.id
         where m.company_id = i.company_id and m.subject_kind = 'invoice' and m.subject_id = i.id order by m.id desc limit 1) as sent
  from party p cross join invoice i
 where p.company_id = :company_id and i.company_id = p.company_id and i.party_id = p.id;

-- name: invoice_list_open
-- reads the ledger: those of which something is open, the most first by an index
select i.id, i.kind, i.state, i.number, i.party_id, p.name as customer_name, {i.message_columns},
       abs(r.rest_minor) as open_minor,
       case when i.state = 'draft' then null when r.rest_minor = 0 then 'paid' when i.kind = 'invoice' and i.due_on < :today then 'overdue'
            when r.rest_minor <> r.amount_minor then 'partly_paid' else 'open' end as payment,
       (select coalesce(o.state, 'delivered') from message m left join outbox o on o.company_id = m.company_id and o.id = m.id
         where m.company_id = i.company_id and m.subject_kind = 'invoice' and m.subject_id = i.id order by m.id desc limit 1) as sent
  from item_rest r cross join open_item t cross join invoice i join party p on p.company_id = i.company_id and p.id = i.party_id
 where r.company_id = :company_id and r.rest_minor <> 0 and t.company_id = r.company_id and t.id = r.item_id and t.source_kind = 'invoice'
   and i.company_id = t.company_id and i.id = t.source_id;

-- name: invoice_list_partly
-- reads the ledger: those that are paid in part
select {invoice_row}
  from item_rest r cross join open_item t cross join invoice i join party p on p.company_id = i.company_id and p.id = i.party_id
 where r.company_id = :company_id and r.rest_minor <> 0 and r.rest_minor <> r.amount_minor and t.company_id = r.company_id and t.id = r.item_id and t.source_kind = 'invoice'
   and i.company_id = t.company_id and i.id = t.source_id;

-- name: invoice_list_due
-- reads the ledger: those that are open and not due, and credit notes of which something is left
select {invoice_row}
  from item_rest r cross join open_item t cross join invoice i join party p on p.company_id = i.company_id and p.id = i.party_id
 where r.company_id = :company_id and r.rest_minor <> 0 and (r.due_on >= :today or r.rest_minor < 0) and t.company_id = r.company_id and t.id = r.item_id and t.source_kind = 'invoice'
   and i.company_id = t.company_id and i.id = t.source_id;

-- name: invoice_few_due
-- reads the ledger: which those are
select t.source_id as id from item_rest r cross join open_item t
 where r.company_id = :company_id and r.rest_minor <> 0 and (r.due_on >= :today or r.rest_minor < 0) and t.company_id = r.company_id and t.id = r.item_id and t.source_kind = 'invoice';

-- name: invoice_few_partly
-- reads the ledger: which are paid in part
select t.source_id as id from item_rest r cross join open_item t
 where r.company_id = :company_id and r.rest_minor <> 0 and r.rest_minor <> r.amount_minor and t.company_id = r.company_id and t.id = r.item_id and t.source_kind = 'invoice';

-- name: invoice_list_unsent
-- reads the ledger: those with a message that was not delivered
select {invoice_row}
  from invoice i join party p on p.company_id = i.company_id and p.id = i.party_id
       left join open_item t on t.company_id = i.company_id and t.source_kind = 'invoice' and t.source_id = i.id
       left join item_rest r on r.company_id = t.company_id and r.item_id = t.id
 where i.company_id = :company_id
   and i.id in (select m.subject_id from outbox o join message m on m.company_id = o.company_id and m.id = o.id
                 where o.company_id = :company_id and o.state <> 'delivered' and m.subject_kind = 'invoice');

-- name: invoice_list_sent
-- reads the ledger: those with a message; looked up only where there are any
select {invoice_row}
  from invoice i join party p on p.company_id = i.company_id and p.id = i.party_id
       left join open_item t on t.company_id = i.company_id and t.source_kind = 'invoice' and t.source_id = i.id
       left join item_rest r on r.company_id = t.company_id and r.item_id = t.id
 where i.company_id = :company_id
   and i.id >= (select min(m.subject_id) from message m where m.company_id = :company_id and m.subject_kind = 'invoice')
   and i.id <= (select max(m.subject_id) from message m where m.company_id = :company_id and m.subject_kind = 'invoice');

-- name: invoice_credits_of
-- reads the ledger: what is open of it now
select {invoice_row}
  from invoice i join party p on p.company_id = i.company_id and p.id = i.party_id
       left join open_item t on t.company_id = i.company_id and t.source_kind = 'invoice' and t.source_id = i.id
       left join item_rest r on r.company_id = t.company_id and r.item_id = t.id
 where i.company_id = :company_id and i.credits_id = :id and i.state = 'final' order by i.id;

-- name: invoice_add
insert into invoice (company_id, {invoice_columns})
values (:company_id, {:invoice_columns});

-- name: invoice_save
update invoice set party_id = :party_id, currency = :currency, language = :language, delivered_on = :delivered_on, period_from_on = :period_from_on, period_to_on = :period_to_on, order_reference = :order_reference, buyer_reference = :buyer_reference, note = :note, net_minor = :net_minor, vat_minor = :vat_minor, total_minor = :total_minor, delivery = :delivery, terms_days = :terms_days,
       version = version + 1 where company_id = :company_id and id = :id and version = :version and state = 'draft';

-- name: invoice_finalise
update invoice set state = 'final', number = :number, issued_on = :issued_on, due_on = :due_on, delivered_on = :delivered_on, payment_reference = :payment_reference, net_minor = :net_minor, vat_minor = :vat_minor, total_minor = :total_minor, base_total_minor = :base_total_minor, finalised_at = :finalised_at, finalised_by = :finalised_by,
       version = version + 1 where company_id = :company_id and id = :id and version = :version and state = 'draft';

-- name: invoice_remove
delete from invoice where company_id = :company_id and id = :id and version = :version and state = 'draft';

-- name: invoice_lines_of
select {invoice_line_columns}
  from invoice_line where company_id = :company_id and invoice_id = :id order by line_no;

-- name: invoice_lines_credited
select {l.invoice_line_columns}
  from invoice_line l join invoice i on i.company_id = l.company_id and i.id = l.invoice_id
 where l.company_id = :company_id and i.credits_id = :id and i.state = 'final' order by l.invoice_id, l.line_no;

-- name: invoice_line_add
insert into invoice_line (company_id, {invoice_line_columns})
values (:company_id, {:invoice_line_columns});

-- name: invoice_lines_remove
delete from invoice_line where company_id = :company_id and invoice_id = :id;

-- name: invoice_vat_code
-- reads the ledger: which VAT code of sales has this code
select id from vat_code where company_id = :company_id and code = :code and side = 'sale';

-- name: invoice_early_term
-- the customer's own terms before those of all, the newest that holds on the day; only where VAT is over the amount after discount
select t.days, t.percent from cash_term t join cash_setting s on s.company_id = t.company_id and s.discount_mode = 'mixed'
 where t.company_id = :company_id and t.valid_from <= :issued_on and (t.party_id = :party_id or t.party_id is null)
 order by case when t.party_id is null then 1 else 0 end, t.valid_from desc, t.id desc limit 1;

-- name: invoice_exempt_code
-- reads the ledger: a VAT code of sales that is exempt
select id from vat_code where company_id = :company_id and side = 'sale' and category = 'E' order by code limit 1;

-- name: invoice_document_add
insert into invoice_document (company_id, invoice_id, kind, document_id) values (:company_id, :invoice_id, :kind, :document_id);

-- name: invoices_undrawn
select c.invoice_id as id from invoice i join invoice_document c on c.company_id = i.company_id and c.invoice_id = i.id and c.kind = 'cii'
 where i.company_id = :company_id and i.issued_on >= :from_on
   and not exists (select 1 from invoice_document p where p.company_id = i.company_id and p.invoice_id = i.id and p.kind = 'pdf')
 order by c.invoice_id limit :limit;

-- name: invoice_documents
select f.kind, f.document_id, d.file_name, d.media_type, d.byte_count
  from invoice_document f join document d on d.company_id = f.company_id and d.id = f.document_id
 where f.company_id = :company_id and f.invoice_id = :id
 order by case f.kind when 'pdf' then 1 when 'ubl' then 2 when 'cii' then 3 else 4 end;

-- name: invoice_setting
select {invoice_setting_columns} from invoice_setting where company_id = :company_id;

-- name: invoice_setting_add
insert into invoice_setting (company_id, {invoice_setting_columns})
values (:company_id, :id, :number_format, :specification, :payment_terms, :closing, 1) on conflict do nothing;

-- name: invoice_setting_save
update invoice_setting set number_format = :number_format, specification = :specification, payment_terms = :payment_terms, closing = :closing, version = version + 1
 where company_id = :company_id and version = :version;
