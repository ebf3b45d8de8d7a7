-- Room search: which rows hold three letters in a row, so that "contains" reads a few rows of a million (docs/decisions/0013).
-- A segment covers the rows of a kind with after_id < id <= until_id; what has changed since stands in search_late.
create table search_segment (
    company_id      bigint  not null,
    kind            text    not null check (kind in ('invoice', 'bill', 'item', 'line', 'entry')),
    after_id        bigint  not null,
    until_id        bigint  not null check (until_id > after_id),
    doc_count       bigint  not null check (doc_count between 1 and 65536),
    hash            bigint  not null,
    ids             bytea   not null,
    primary key (company_id, kind, after_id)
);
create table search_gram (
    company_id      bigint  not null,
    kind            text    not null,
    after_id        bigint  not null,
    gram            bigint  not null,
    doc_count       bigint  not null,
    docs            bytea   not null,
    primary key (company_id, kind, after_id, gram)
);
create table search_late (
    company_id      bigint  not null,
    kind            text    not null,
    id              bigint  not null,
    turn            bigint  not null,
    primary key (company_id, kind, id)
);

-- Rows that still change after a segment covers them. Lines of the bank, entries and items never do.
-- only sqlite
create trigger invoice_searched after update of number, order_reference, buyer_reference, payment_reference on invoice
when new.id <= (select s.until_id from search_segment s where s.company_id = new.company_id and s.kind = 'invoice' order by s.after_id desc limit 1)
 and (new.number is not old.number or new.order_reference is not old.order_reference or new.buyer_reference is not old.buyer_reference or new.payment_reference is not old.payment_reference)
begin insert into search_late (company_id, kind, id, turn) values (new.company_id, 'invoice', new.id, 1) on conflict (company_id, kind, id) do update set turn = turn + 1; end;
create trigger invoice_searched_new after insert on invoice
when new.id <= (select s.until_id from search_segment s where s.company_id = new.company_id and s.kind = 'invoice' order by s.after_id desc limit 1)
begin insert into search_late (company_id, kind, id, turn) values (new.company_id, 'invoice', new.id, 1) on conflict (company_id, kind, id) do update set turn = turn + 1; end;
create trigger invoice_searched_gone after delete on invoice
when old.id <= (select s.until_id from search_segment s where s.company_id = old.company_id and s.kind = 'invoice' order by s.after_id desc limit 1)
begin insert into search_late (company_id, kind, id, turn) values (old.company_id, 'invoice', old.id, 1) on conflict (company_id, kind, id) do update set turn = turn + 1; end;
create trigger bill_searched after update of number, seller_name, order_reference, reference, iban on bill
when new.id <= (select s.until_id from search_segment s where s.company_id = new.company_id and s.kind = 'bill' order by s.after_id desc limit 1)
 and (new.number is not old.number or new.seller_name is not old.seller_name or new.order_reference is not old.order_reference or new.reference is not old.reference or new.iban is not old.iban)
begin insert into search_late (company_id, kind, id, turn) values (new.company_id, 'bill', new.id, 1) on conflict (company_id, kind, id) do update set turn = turn + 1; end;
create trigger bill_searched_new after insert on bill
when new.id <= (select s.until_id from search_segment s where s.company_id = new.company_id and s.kind = 'bill' order by s.after_id desc limit 1)
begin insert into search_late (company_id, kind, id, turn) values (new.company_id, 'bill', new.id, 1) on conflict (company_id, kind, id) do update set turn = turn + 1; end;
-- end
-- only postgres
create function contains_caseless(whole text, part text) returns boolean language sql immutable as $body$ select strpos(lower(whole), lower(part)) > 0 $body$;
create function invoice_searched() returns trigger language plpgsql as $body$
declare
    company bigint;
    row_id bigint;
begin
    if tg_op = 'DELETE' then company := old.company_id; row_id := old.id; else company := new.company_id; row_id := new.id; end if;
    if row_id <= (select s.until_id from search_segment s where s.company_id = company and s.kind = 'invoice' order by s.after_id desc limit 1) then
        insert into search_late (company_id, kind, id, turn) values (company, 'invoice', row_id, 1) on conflict (company_id, kind, id) do update set turn = search_late.turn + 1;
    end if;
    return null;
end $body$;
create trigger invoice_searched after update on invoice for each row
when ((new.number, new.order_reference, new.buyer_reference, new.payment_reference) is distinct from (old.number, old.order_reference, old.buyer_reference, old.payment_reference)) execute function invoice_searched();
create trigger invoice_searched_new after insert or delete on invoice for each row execute function invoice_searched();
create function bill_searched() returns trigger language plpgsql as $body$
begin
    if new.id <= (select s.until_id from search_segment s where s.company_id = new.company_id and s.kind = 'bill' order by s.after_id desc limit 1) then
        insert into search_late (company_id, kind, id, turn) values (new.company_id, 'bill', new.id, 1) on conflict (company_id, kind, id) do update set turn = search_late.turn + 1;
    end if;
    return null;
end $body$;
create trigger bill_searched after update on bill for each row
when ((new.number, new.seller_name, new.order_reference, new.reference, new.iban) is distinct from (old.number, old.seller_name, old.order_reference, old.reference, old.iban)) execute function bill_searched();
create trigger bill_searched_new after insert on bill for each row execute function bill_searched();
-- end
