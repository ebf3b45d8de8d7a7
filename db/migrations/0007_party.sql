-- Room party: customers and suppliers, their numbers, contacts and bank accounts.
create table party (
    company_id      bigint  not null,
    id              bigint  not null,
    number          text    not null check (length(number) between 1 and 20),
    name            text    not null check (length(name) between 1 and 200),
    name_key        text    not null,
    is_customer     boolean not null,
    is_supplier     boolean not null,
    kvk_number      text,
    oin             text,
    vat_number      text,
    endpoint_scheme text,
    endpoint        text,
    email           text,
    phone           text,
    language        text    not null check (language in ('en', 'nl', 'de', 'fr')),
    street          text,
    postal_code     text,
    city            text,
    country         text    not null check (length(country) = 2),
    currency        text    not null check (length(currency) = 3),
    customer_terms_days bigint not null check (customer_terms_days between 0 and 365),
    supplier_terms_days bigint not null check (supplier_terms_days between 0 and 365),
    expense_account_id bigint,
    sales_account_id bigint,
    vat_code_id     bigint,
    cost_center     text,
    delivery        text    not null check (delivery in ('mail_pdf', 'mail_ubl', 'mail_hybrid', 'letter', 'portal')),
    buyer_reference text,
    reference_needed text   not null check (reference_needed in ('none', 'order', 'buyer')),
    is_business     boolean not null,
    is_blocked      boolean not null,
    block_reason    text,
    parent_id       bigint,
    notes           text,
    created_at      bigint  not null,
    version         bigint  not null,
    primary key (company_id, id)
);
create unique index party_number on party (company_id, number);
create index party_kvk on party (company_id, kvk_number);
create index party_oin on party (company_id, oin);
create index party_vat on party (company_id, vat_number);
create index party_endpoint on party (company_id, endpoint_scheme, endpoint);
create index party_name_key on party (company_id, name_key);

create table contact (
    company_id      bigint  not null,
    id              bigint  not null,
    party_id        bigint  not null,
    name            text    not null,
    purpose         text    not null check (purpose in ('general', 'billing', 'collection', 'orders')),
    email           text,
    phone           text,
    ended_at        bigint,
    version         bigint  not null,
    primary key (company_id, id),
    foreign key (company_id, party_id) references party (company_id, id)
);
create index contact_party on contact (company_id, party_id);

-- A bank account of a party: usable for paying only when somebody else than who proposed it has verified it, by another
-- channel, and the cooling period is over.
create table party_bank (
    company_id      bigint  not null,
    id              bigint  not null,
    party_id        bigint  not null,
    iban            text    not null,
    bic             text,
    holder          text    not null,
    state           text    not null check (state in ('proposed', 'verified', 'blocked')),
    source          text    not null,
    proposed_by     bigint  not null,
    proposed_at     bigint  not null,
    verified_by     bigint,
    verified_at     bigint,
    channel         text,
    note            text,
    usable_from     date,
    is_preferred    boolean not null,
    version         bigint  not null,
    primary key (company_id, id),
    foreign key (company_id, party_id) references party (company_id, id),
    check (state <> 'verified' or (verified_by is not null and verified_at is not null and channel is not null and usable_from is not null))
);
create unique index party_bank_iban on party_bank (company_id, party_id, iban);
create index party_bank_by_iban on party_bank (company_id, iban);

-- Four eyes in the database itself: whoever proposed an account can't make it verified, unless the company waived that rule.
-- only sqlite
create trigger party_bank_apart before update on party_bank
when new.state = 'verified' and new.verified_by = new.proposed_by and new.verified_by <> 0
 and exists (select 1 from duty_rule r where r.company_id = new.company_id and r.waived_by is null
              and r.first_duty = 'party.bank_propose' and r.second_duty = 'party.bank_verify')
begin select raise(abort, 'duty_apart'); end;
-- end
-- only postgres
create function party_bank_apart() returns trigger language plpgsql as $body$
begin
    if new.state = 'verified' and new.verified_by = new.proposed_by and new.verified_by <> 0
       and exists (select 1 from duty_rule r where r.company_id = new.company_id and r.waived_by is null
                    and r.first_duty = 'party.bank_propose' and r.second_duty = 'party.bank_verify') then
        raise exception 'duty_apart' using errcode = '23514';
    end if;
    return new;
end $body$;
create trigger party_bank_apart before update on party_bank for each row execute function party_bank_apart();
-- end
