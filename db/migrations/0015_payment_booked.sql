-- Room payment: a payment is released only by the entry and the settlement that book it: its own run's entry, on the payee's control
-- account, for its amount; and each of its parts settled for what the part says.
-- Finding what was paid before under the same number for the same amount.
create index payment_part_twin on payment_part
    (company_id, amount_minor, upper(replace(replace(replace(replace(item_reference, ' ', ''), '-', ''), '/', ''), '.', '')));

-- Room cash's: taking back what a payment was expected to show.
create index cash_expected_source on cash_expected (company_id, source_kind, source_id);

-- only sqlite
create trigger payment_booked before update on payment
when old.state = 'proposed' and new.state = 'released'
 and (not exists (select 1 from entry e join entry_line l on l.company_id = e.company_id and l.entry_id = e.id
                   where e.company_id = new.company_id and e.id = new.entry_id and e.source_kind = 'payment_run' and e.source_id = new.run_id
                     and l.account_id = new.account_id and l.party_id = new.party_id and l.currency = new.currency and l.amount_minor = new.amount_minor)
      or exists (select 1 from payment_part q where q.company_id = new.company_id and q.payment_id = new.id
                  and not exists (select 1 from allocation_line x where x.company_id = q.company_id and x.allocation_id = new.allocation_id
                                   and x.item_id = q.item_id and x.amount_minor = -q.amount_minor)))
begin select raise(abort, 'it has not been booked'); end;
-- end
-- only postgres
create function payment_booked() returns trigger language plpgsql as $body$
begin
    if not exists (select 1 from entry e join entry_line l on l.company_id = e.company_id and l.entry_id = e.id
                    where e.company_id = new.company_id and e.id = new.entry_id and e.source_kind = 'payment_run' and e.source_id = new.run_id
                      and l.account_id = new.account_id and l.party_id = new.party_id and l.currency = new.currency and l.amount_minor = new.amount_minor)
       or exists (select 1 from payment_part q where q.company_id = new.company_id and q.payment_id = new.id
                   and not exists (select 1 from allocation_line x where x.company_id = q.company_id and x.allocation_id = new.allocation_id
                                    and x.item_id = q.item_id and x.amount_minor = -q.amount_minor)) then
        raise exception 'it has not been booked' using errcode = '23514';
    end if;
    return new;
end $body$;
create trigger payment_booked before update on payment for each row when (old.state = 'proposed' and new.state = 'released') execute function payment_booked();
-- end
