-- Room cash: what is known of open items beyond the ledger, and what was paid before these books began. It teaches the engine; it books nothing.
create table cash_fact (
    company_id      bigint  not null,
    item_id         bigint  not null,
    item_key        text,
    issued_on       date,
    total_minor     bigint  not null,
    payment_reference text,
    order_number    text,
    discount_minor  bigint  not null,
    discount_until  date,
    collect         text    not null check (collect in ('transfer', 'direct_debit', 'payment_link')),
    import_id       bigint  not null,
    primary key (company_id, item_id)
);
create index cash_fact_import on cash_fact (company_id, import_id);

create table cash_past_item (
    company_id      bigint  not null,
    id              bigint  not null,
    party_id        bigint  not null,
    number          text    not null,
    item_key        text,
    currency        text    not null check (length(currency) = 3),
    issued_on       date    not null,
    due_on          date    not null,
    total_minor     bigint  not null,
    payment_reference text,
    order_number    text,
    discount_minor  bigint  not null,
    discount_until  date,
    collect         text    not null check (collect in ('transfer', 'direct_debit', 'payment_link')),
    import_id       bigint  not null,
    primary key (company_id, id)
);
create index cash_past_item_import on cash_past_item (company_id, import_id);

create table cash_past_line (
    company_id      bigint  not null,
    id              bigint  not null,
    booked_on       date    not null,
    amount_minor    bigint  not null,
    currency        text    not null check (length(currency) = 3),
    name            text,
    iban            text,
    ultimate_name   text,
    remittance      text,
    reference       text,
    end_to_end_id   text,
    batch_id        text,
    category        text    not null,
    party_id        bigint,
    parts           text    not null,
    import_id       bigint  not null,
    primary key (company_id, id)
);
create index cash_past_line_import on cash_past_line (company_id, import_id);
