-- Room ledger: accounts, VAT codes, periods, entries, open items, allocations, numbers. What money did is only added to.
create table account (
    company_id      bigint  not null,
    id              bigint  not null,
    number          text    not null check (length(number) between 1 and 20),
    name            text    not null check (length(name) between 1 and 200),
    kind            text    not null check (kind in ('asset', 'liability', 'equity', 'income', 'expense')),
    control         text    check (control in ('receivables', 'payables')),
    purpose         text,
    rgs_code        text,
    is_blocked      boolean not null,
    version         bigint  not null,
    primary key (company_id, id)
);
create unique index account_number on account (company_id, number);
create unique index account_purpose on account (company_id, purpose);

create table vat_code (
    company_id      bigint  not null,
    id              bigint  not null,
    code            text    not null check (length(code) between 1 and 20),
    name            text    not null,
    category        text    not null check (category in ('S', 'Z', 'E', 'AE', 'K', 'G', 'O')),
    rate            text    not null,
    side            text    not null check (side in ('sale', 'purchase')),
    reason_code     text,
    reason          text,
    account_id      bigint,
    reverse_account_id bigint,
    return_box      text,
    valid_from      date    not null,
    valid_to        date,
    primary key (company_id, id)
);
create unique index vat_code_code on vat_code (company_id, code);

create table period (
    company_id      bigint  not null,
    id              bigint  not null,
    name            text    not null,
    from_on         date    not null,
    to_on           date    not null check (to_on >= from_on),
    closed_at       bigint,
    closed_by       bigint,
    version         bigint  not null,
    primary key (company_id, id)
);
create unique index period_from on period (company_id, from_on);

create table exchange_rate (
    company_id      bigint  not null,
    currency        text    not null check (length(currency) = 3),
    valid_on        date    not null,
    rate            text    not null,
    source          text    not null,
    primary key (company_id, currency, valid_on)
);

-- Numbers without gaps: taken in the transaction that uses them.
create table number_series (
    company_id      bigint  not null,
    series          text    not null,
    last_number     bigint  not null check (last_number >= 0),
    primary key (company_id, series)
);
create table number_given (
    company_id      bigint  not null,
    series          text    not null,
    number          bigint  not null,
    subject_kind    text    not null,
    subject_id      bigint  not null,
    primary key (company_id, series, number)
);

create table entry (
    company_id      bigint  not null,
    id              bigint  not null,
    number          bigint  not null,
    journal         text    not null check (journal in ('opening', 'purchase', 'sale', 'bank', 'payment', 'memorial')),
    dated_on        date    not null,
    recorded_at     bigint  not null,
    user_id         bigint  not null,
    source_kind     text    not null,
    source_id       bigint  not null,
    description     text    not null,
    reverses_id     bigint,
    primary key (company_id, id)
);
create unique index entry_number on entry (company_id, number);
create unique index entry_reversed on entry (company_id, reverses_id);
create index entry_dated on entry (company_id, dated_on);
create index entry_source on entry (company_id, source_kind, source_id);

create table entry_line (
    company_id      bigint  not null,
    entry_id        bigint  not null,
    line_no         bigint  not null,
    account_id      bigint  not null,
    dated_on        date    not null,
    base_minor      bigint  not null,
    currency        text    not null check (length(currency) = 3),
    amount_minor    bigint  not null,
    party_id        bigint,
    vat_code_id     bigint,
    vat_base_minor  bigint  not null,
    cost_center     text,
    description     text,
    primary key (company_id, entry_id, line_no),
    foreign key (company_id, entry_id) references entry (company_id, id),
    foreign key (company_id, account_id) references account (company_id, id)
);
create index entry_line_account on entry_line (company_id, account_id, dated_on);

-- What stands on an account in a month: kept up by ledger_post, proved by verify.
create table account_month (
    company_id      bigint  not null,
    account_id      bigint  not null,
    month_on        date    not null,
    debit_minor     bigint  not null,
    credit_minor    bigint  not null,
    line_count      bigint  not null,
    primary key (company_id, account_id, month_on)
);

-- Each line on a control account is one open item: positive, they owe us; negative, we owe them.
create table open_item (
    company_id      bigint  not null,
    id              bigint  not null,
    account_id      bigint  not null,
    party_id        bigint  not null,
    kind            text    not null check (kind in ('invoice', 'credit_note', 'payment', 'difference', 'opening')),
    source_kind     text    not null,
    source_id       bigint  not null,
    entry_id        bigint  not null,
    line_no         bigint  not null,
    reference       text    not null,
    dated_on        date    not null,
    due_on          date    not null,
    currency        text    not null check (length(currency) = 3),
    amount_minor    bigint  not null,
    base_minor      bigint  not null,
    recorded_at     bigint  not null,
    primary key (company_id, id),
    foreign key (company_id, entry_id, line_no) references entry_line (company_id, entry_id, line_no)
);
create index open_item_account on open_item (company_id, account_id, dated_on);
create index open_item_party on open_item (company_id, party_id);
create index open_item_source on open_item (company_id, source_kind, source_id);
create index open_item_entry on open_item (company_id, entry_id, line_no);

create table allocation (
    company_id      bigint  not null,
    id              bigint  not null,
    effective_on    date    not null,
    recorded_at     bigint  not null,
    user_id         bigint  not null,
    reason          text    not null,
    evidence        text,
    reverses_id     bigint,
    primary key (company_id, id)
);
create unique index allocation_reversed on allocation (company_id, reverses_id);

create table allocation_line (
    company_id      bigint  not null,
    allocation_id   bigint  not null,
    item_id         bigint  not null,
    effective_on    date    not null,
    recorded_at     bigint  not null,
    amount_minor    bigint  not null,
    base_minor      bigint  not null,
    primary key (company_id, allocation_id, item_id),
    foreign key (company_id, allocation_id) references allocation (company_id, id),
    foreign key (company_id, item_id) references open_item (company_id, id)
);
create index allocation_line_item on allocation_line (company_id, item_id);

-- What is still open of an item now: kept up by ledger_allocate, proved by verify; the check stops over-allocation.
create table item_rest (
    company_id      bigint  not null,
    item_id         bigint  not null,
    account_id      bigint  not null,
    party_id        bigint  not null,
    due_on          date    not null,
    amount_minor    bigint  not null,
    rest_minor      bigint  not null,
    rest_base_minor bigint  not null,
    primary key (company_id, item_id),
    check ((amount_minor >= 0 and rest_minor between 0 and amount_minor) or (amount_minor <= 0 and rest_minor between amount_minor and 0)),
    foreign key (company_id, item_id) references open_item (company_id, id)
);
create index item_rest_party on item_rest (company_id, party_id, rest_minor);

-- Open money by the day it is due: ageing of today without reading items. Kept up with item_rest, proved by verify.
create table due_total (
    company_id      bigint  not null,
    account_id      bigint  not null,
    due_on          date    not null,
    rest_base_minor bigint  not null,
    item_count      bigint  not null,
    primary key (company_id, account_id, due_on)
);

-- only sqlite
create trigger entry_kept before update on entry begin select raise(abort, 'append only'); end;
create trigger entry_stays before delete on entry begin select raise(abort, 'append only'); end;
create trigger entry_line_kept before update on entry_line begin select raise(abort, 'append only'); end;
create trigger entry_line_stays before delete on entry_line begin select raise(abort, 'append only'); end;
create trigger open_item_kept before update on open_item begin select raise(abort, 'append only'); end;
create trigger open_item_stays before delete on open_item begin select raise(abort, 'append only'); end;
create trigger allocation_kept before update on allocation begin select raise(abort, 'append only'); end;
create trigger allocation_stays before delete on allocation begin select raise(abort, 'append only'); end;
create trigger allocation_line_kept before update on allocation_line begin select raise(abort, 'append only'); end;
create trigger allocation_line_stays before delete on allocation_line begin select raise(abort, 'append only'); end;
create trigger number_given_kept before update on number_given begin select raise(abort, 'append only'); end;
create trigger number_given_stays before delete on number_given begin select raise(abort, 'append only'); end;
create trigger entry_period before insert on entry
when exists (select 1 from period p where p.company_id = new.company_id and p.closed_at is not null and new.dated_on between p.from_on and p.to_on)
begin select raise(abort, 'period closed'); end;
create trigger allocation_period before insert on allocation
when exists (select 1 from period p where p.company_id = new.company_id and p.closed_at is not null and new.effective_on between p.from_on and p.to_on)
begin select raise(abort, 'period closed'); end;
-- end
-- only postgres
create trigger entry_kept before update or delete on entry for each row execute function append_only();
create trigger entry_line_kept before update or delete on entry_line for each row execute function append_only();
create trigger open_item_kept before update or delete on open_item for each row execute function append_only();
create trigger allocation_kept before update or delete on allocation for each row execute function append_only();
create trigger allocation_line_kept before update or delete on allocation_line for each row execute function append_only();
create trigger number_given_kept before update or delete on number_given for each row execute function append_only();
create function entry_period() returns trigger language plpgsql as $body$
begin
    if exists (select 1 from period p where p.company_id = new.company_id and p.closed_at is not null and new.dated_on between p.from_on and p.to_on) then
        raise exception 'period closed' using errcode = '23514';
    end if;
    return new;
end $body$;
create trigger entry_period before insert on entry for each row execute function entry_period();
create function allocation_period() returns trigger language plpgsql as $body$
begin
    if exists (select 1 from period p where p.company_id = new.company_id and p.closed_at is not null and new.effective_on between p.from_on and p.to_on) then
        raise exception 'period closed' using errcode = '23514';
    end if;
    return new;
end $body$;
create trigger allocation_period before insert on allocation for each row execute function allocation_period();
-- end
