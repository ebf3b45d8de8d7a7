-- Room ledger: the day on which an item was settled whole, by the last of what settled it; null while something is open. Kept up with what is
-- left of it, proved by verify: how customers pay is read from it, not from a million settlements.
alter table item_rest add column paid_on date;
update item_rest set paid_on = (select max(l.effective_on) from allocation_line l where l.company_id = item_rest.company_id and l.item_id = item_rest.item_id)
 where rest_minor = 0;
create index item_rest_paid on item_rest (company_id, account_id, paid_on, item_id, due_on, party_id) where paid_on is not null and amount_minor > 0;
-- What is open, with its item: read from the index alone.
drop index item_rest_open;
create index item_rest_open on item_rest (company_id, account_id, due_on, item_id, party_id, rest_minor, rest_base_minor) where rest_base_minor <> 0;
-- Settlements by day, lines of an account by day and VAT by code and day: whatever is summed stands in the index.
drop index allocation_line_effective;
create index allocation_line_effective on allocation_line (company_id, effective_on, item_id, base_minor, recorded_at);
drop index entry_line_account;
create index entry_line_account on entry_line (company_id, account_id, dated_on, base_minor);
drop index entry_line_vat;
create index entry_line_vat on entry_line (company_id, vat_code_id, dated_on, account_id, base_minor, vat_base_minor) where vat_code_id is not null;
-- Room cash: the bank lines that nobody has placed, beside however many that are: what waits, and what stands in suspense, without looking at
-- all of them. Kept up by whoever adds a line, a decision or its undoing; proved by verify.
-- only postgres
create table bank_line_waiting (
    company_id      bigint  not null,
    bank_line_id    bigint  not null,
    bank_account_id bigint  not null,
    booked_on       date    not null,
    amount_minor    bigint  not null,
    primary key (company_id, bank_line_id)
);
-- end
-- only sqlite
create table bank_line_waiting (
    company_id      bigint  not null,
    bank_line_id    bigint  not null,
    bank_account_id bigint  not null,
    booked_on       date    not null,
    amount_minor    bigint  not null,
    primary key (company_id, bank_line_id)
) without rowid;
-- end
insert into bank_line_waiting (company_id, bank_line_id, bank_account_id, booked_on, amount_minor)
select l.company_id, l.id, l.bank_account_id, l.booked_on, l.amount_minor from bank_line l
 where not exists (select 1 from cash_decision d where d.company_id = l.company_id and d.bank_line_id = l.id
                    and not exists (select 1 from cash_undo u where u.company_id = d.company_id and u.decision_id = d.id));
drop index cash_decision_line;
create index cash_decision_line on cash_decision (company_id, bank_line_id, id, is_automatic);
-- only sqlite
create trigger bank_line_waits after insert on bank_line
begin
    insert into bank_line_waiting (company_id, bank_line_id, bank_account_id, booked_on, amount_minor)
    values (new.company_id, new.id, new.bank_account_id, new.booked_on, new.amount_minor);
end;
create trigger cash_decision_waits after insert on cash_decision
begin
    delete from bank_line_waiting where company_id = new.company_id and bank_line_id = new.bank_line_id;
end;
create trigger cash_undo_waits after insert on cash_undo
begin
    insert into bank_line_waiting (company_id, bank_line_id, bank_account_id, booked_on, amount_minor)
    select l.company_id, l.id, l.bank_account_id, l.booked_on, l.amount_minor from cash_decision d join bank_line l on l.company_id = d.company_id and l.id = d.bank_line_id
     where d.company_id = new.company_id and d.id = new.decision_id
       and not exists (select 1 from cash_decision o where o.company_id = d.company_id and o.bank_line_id = d.bank_line_id and o.id <> d.id
                        and not exists (select 1 from cash_undo u where u.company_id = o.company_id and u.decision_id = o.id));
end;
-- end
-- only postgres
create function bank_line_waits() returns trigger language plpgsql as $body$
begin
    insert into bank_line_waiting (company_id, bank_line_id, bank_account_id, booked_on, amount_minor)
    values (new.company_id, new.id, new.bank_account_id, new.booked_on, new.amount_minor);
    return null;
end $body$;
create trigger bank_line_waits after insert on bank_line for each row execute function bank_line_waits();
create function cash_decision_waits() returns trigger language plpgsql as $body$
begin
    delete from bank_line_waiting where company_id = new.company_id and bank_line_id = new.bank_line_id;
    return null;
end $body$;
create trigger cash_decision_waits after insert on cash_decision for each row execute function cash_decision_waits();
create function cash_undo_waits() returns trigger language plpgsql as $body$
begin
    insert into bank_line_waiting (company_id, bank_line_id, bank_account_id, booked_on, amount_minor)
    select l.company_id, l.id, l.bank_account_id, l.booked_on, l.amount_minor from cash_decision d join bank_line l on l.company_id = d.company_id and l.id = d.bank_line_id
     where d.company_id = new.company_id and d.id = new.decision_id
       and not exists (select 1 from cash_decision o where o.company_id = d.company_id and o.bank_line_id = d.bank_line_id and o.id <> d.id
                        and not exists (select 1 from cash_undo u where u.company_id = o.company_id and u.decision_id = o.id));
    return null;
end $body$;
create trigger cash_undo_waits after insert on cash_undo for each row execute function cash_undo_waits();
-- end
