-- Room invoice: what we ask of customers. A final one and its lines never change.
create table invoice_setting (
    company_id      bigint  not null,
    id              bigint  not null,
    number_format   text    not null,
    specification   text    not null check (specification in ('nlcius', 'peppol', 'en16931')),
    payment_terms   text,
    closing         text,
    version         bigint  not null,
    primary key (company_id)
);

create table invoice (
    company_id      bigint  not null,
    id              bigint  not null,
    kind            text    not null check (kind in ('invoice', 'credit_note')),
    state           text    not null check (state in ('draft', 'final')),
    number          text,
    party_id        bigint  not null,
    currency        text    not null check (length(currency) = 3),
    language        text    not null,
    issued_on       date,
    due_on          date,
    delivered_on    date,
    period_from_on  date,
    period_to_on    date,
    order_reference text,
    buyer_reference text,
    note            text,
    payment_reference text,
    credits_id      bigint,
    net_minor       bigint  not null,
    vat_minor       bigint  not null,
    total_minor     bigint  not null,
    base_total_minor bigint not null,
    delivery        text    check (delivery in ('mail_pdf', 'mail_ubl', 'mail_hybrid', 'letter', 'portal')),
    created_at      bigint  not null,
    created_by      bigint  not null,
    finalised_at    bigint,
    finalised_by    bigint,
    version         bigint  not null,
    primary key (company_id, id),
    check ((state = 'final') = (number is not null)),
    check (state = 'draft' or (issued_on is not null and due_on is not null and finalised_at is not null and total_minor > 0)),
    check (period_to_on is null or period_from_on is null or period_from_on <= period_to_on),
    check (state = 'draft' or kind = 'invoice' or credits_id is not null),
    foreign key (company_id, party_id) references party (company_id, id)
);
create unique index invoice_number on invoice (company_id, number);
create index invoice_party on invoice (company_id, party_id);
create index invoice_credits on invoice (company_id, credits_id);
create index invoice_issued on invoice (company_id, issued_on);
create index invoice_due on invoice (company_id, due_on);

create table invoice_line (
    company_id      bigint  not null,
    invoice_id      bigint  not null,
    line_no         bigint  not null check (line_no >= 1),
    description     text    not null,
    item_number     text,
    quantity        text    not null,
    unit            text    not null,
    price           text    not null,
    discount_percent text,
    discount_minor  bigint  not null,
    net_minor       bigint  not null,
    vat_code_id     bigint  not null,
    vat_category    text    not null check (vat_category in ('S', 'Z', 'E', 'AE', 'K', 'G', 'O')),
    vat_rate        text    not null,
    account_id      bigint  not null,
    cost_center     text,
    credits_line_no bigint,
    primary key (company_id, invoice_id, line_no),
    foreign key (company_id, invoice_id) references invoice (company_id, id)
);

create table invoice_document (
    company_id      bigint  not null,
    invoice_id      bigint  not null,
    kind            text    not null check (kind in ('pdf', 'ubl', 'cii', 'hybrid')),
    document_id     bigint  not null,
    primary key (company_id, invoice_id, kind),
    foreign key (company_id, invoice_id) references invoice (company_id, id)
);

-- only sqlite
create trigger invoice_kept before update on invoice when old.state = 'final' begin select raise(abort, 'append only'); end;
create trigger invoice_stays before delete on invoice when old.state = 'final' begin select raise(abort, 'append only'); end;
create trigger invoice_line_added before insert on invoice_line
when exists (select 1 from invoice i where i.company_id = new.company_id and i.id = new.invoice_id and i.state = 'final')
begin select raise(abort, 'append only'); end;
create trigger invoice_line_kept before update on invoice_line
when exists (select 1 from invoice i where i.company_id = old.company_id and i.id = old.invoice_id and i.state = 'final')
begin select raise(abort, 'append only'); end;
create trigger invoice_line_stays before delete on invoice_line
when exists (select 1 from invoice i where i.company_id = old.company_id and i.id = old.invoice_id and i.state = 'final')
begin select raise(abort, 'append only'); end;
create trigger invoice_document_kept before update on invoice_document begin select raise(abort, 'append only'); end;
create trigger invoice_document_stays before delete on invoice_document begin select raise(abort, 'append only'); end;
-- end
-- only postgres
create trigger invoice_kept before update or delete on invoice for each row when (old.state = 'final') execute function append_only();
create function invoice_line_kept() returns trigger language plpgsql as $body$
begin
    if tg_op <> 'DELETE' and exists (select 1 from invoice i where i.company_id = new.company_id and i.id = new.invoice_id and i.state = 'final')
       or tg_op <> 'INSERT' and exists (select 1 from invoice i where i.company_id = old.company_id and i.id = old.invoice_id and i.state = 'final') then
        raise exception 'append only' using errcode = '23514';
    end if;
    if tg_op = 'DELETE' then return old; end if;
    return new;
end $body$;
create trigger invoice_line_kept before insert or update or delete on invoice_line for each row execute function invoice_line_kept();
create trigger invoice_document_kept before update or delete on invoice_document for each row execute function append_only();
-- end
