-- name: app_companies
select id, name from company order by id;

-- What other rooms keep beside the ledger must be what the ledger says: a row changed by hand is seen here (app_verify.c).
-- name: verify_statements
select cast(count(*) as bigint) as count
  from bank_statement s left join (select statement_id, count(*) as lines, sum(amount_minor) as minor from bank_line where company_id = :company_id group by statement_id) l on l.statement_id = s.id
 where s.company_id = :company_id
   and ((s.proof = 'done' and s.opening_minor + s.booked_minor <> s.closing_minor) or coalesce(l.lines, 0) <> s.added_count
        or (s.added_count = s.line_count and coalesce(l.minor, 0) <> s.booked_minor));

-- name: verify_bank_lines
-- reads the ledger: what was booked of each statement
select cast(count(*) as bigint) as count from (
    select statement_id, bank_account_id, sum(base_minor) as minor from bank_line where company_id = :company_id group by statement_id, bank_account_id having count(*) = count(base_minor)) x
  join bank_account a on a.company_id = :company_id and a.id = x.bank_account_id
  left join (select e.source_id, l.account_id, sum(l.base_minor) as minor from entry e join entry_line l on l.company_id = e.company_id and l.entry_id = e.id
              where e.company_id = :company_id and e.source_kind = 'statement' and e.journal <> 'opening' group by e.source_id, l.account_id) y
    on y.source_id = x.statement_id and y.account_id = a.ledger_account_id
 where x.minor <> coalesce(y.minor, 0);

-- name: verify_invoices
-- reads the ledger: the open item of each final invoice
select cast(count(*) as bigint) as count from invoice i
 where i.company_id = :company_id and i.state = 'final'
   and (i.net_minor + i.vat_minor <> i.total_minor
        or i.net_minor <> (select coalesce(sum(l.net_minor), 0) from invoice_line l where l.company_id = i.company_id and l.invoice_id = i.id)
        or (i.total_minor <> 0 and not exists (
            select 1 from open_item o
             where o.company_id = i.company_id and o.source_kind = 'invoice' and o.source_id = i.id and o.party_id = i.party_id and o.currency = i.currency
               and o.reference = i.number and o.due_on = i.due_on and o.amount_minor = case i.kind when 'credit_note' then -i.total_minor else i.total_minor end
               and o.base_minor = case i.kind when 'credit_note' then -i.base_total_minor else i.base_total_minor end)));

-- name: verify_bills
-- reads the ledger: the open item of each approved bill
select cast(count(*) as bigint) as count from bill b
 where b.company_id = :company_id and b.state = 'approved' and b.payable_minor <> 0
   and not exists (select 1 from open_item o where o.company_id = b.company_id and o.entry_id = b.entry_id and o.party_id = b.party_id and o.currency = b.currency
                      and o.amount_minor = case b.kind when 'credit_note' then b.payable_minor else -b.payable_minor end);

-- name: verify_payments
-- reads the ledger: the item that each payment made
select cast(count(*) as bigint) as count from payment p
 where p.company_id = :company_id
   and ((p.state <> 'cancelled' and p.amount_minor <> (select coalesce(sum(x.amount_minor), 0) from payment_part x where x.company_id = p.company_id and x.payment_id = p.id))
        or (p.entry_id is not null and not exists (
            select 1 from open_item o where o.company_id = p.company_id and o.entry_id = p.entry_id and o.party_id = p.party_id and o.currency = p.currency
               and o.amount_minor = p.amount_minor and o.reference = p.end_to_end_id))
        or (p.entry_id is not null and not exists (select 1 from party_bank b where b.company_id = p.company_id and b.id = p.party_bank_id and b.party_id = p.party_id and b.iban = p.iban)));

-- name: verify_documents
select cast(count(*) as bigint) as count from (
    select d.id from document d left join file_content c on c.company_id = d.company_id and c.hash = d.hash
     where d.company_id = :company_id and (c.hash is null or c.byte_count <> d.byte_count)
    union all
    select 0 from file_content c where c.company_id = :company_id and not exists (select 1 from document d where d.company_id = c.company_id and d.hash = c.hash)) x;
