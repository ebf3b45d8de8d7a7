-- Room ledger: what happened to open items in a month that is over, packed by party and due day (docs/decisions/0012). A month of which
-- anything is added loses its pack in the same transaction, so a pack that is there is right; verify proves each against its rows.
create table aged_month (
    company_id      bigint  not null,
    month_on        date    not null,
    account_id      bigint  not null,
    change_count    bigint  not null,
    known_at        bigint  not null,
    changes         bytea   not null,
    primary key (company_id, month_on, account_id)
);
-- only sqlite
create trigger open_item_unpacks after insert on open_item
begin delete from aged_month where company_id = new.company_id and month_on = substr(new.dated_on, 1, 8) || '01'; end;
create trigger allocation_line_unpacks after insert on allocation_line
begin delete from aged_month where company_id = new.company_id and month_on = substr(new.effective_on, 1, 8) || '01'; end;
-- end
-- only postgres
create function open_item_unpacks() returns trigger language plpgsql as $body$
begin
    delete from aged_month where company_id = new.company_id and month_on = date_trunc('month', new.dated_on)::date;
    return null;
end $body$;
create trigger open_item_unpacks after insert on open_item for each row execute function open_item_unpacks();
create function allocation_line_unpacks() returns trigger language plpgsql as $body$
begin
    delete from aged_month where company_id = new.company_id and month_on = date_trunc('month', new.effective_on)::date;
    return null;
end $body$;
create trigger allocation_line_unpacks after insert on allocation_line for each row execute function allocation_line_unpacks();
-- end
