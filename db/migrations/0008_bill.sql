-- Room bill: received documents on their way to the ledger.
create table bill (
    company_id      bigint  not null,
    id              bigint  not null,
    receipt_number  bigint  not null,
    state           text    not null check (state in ('received', 'coded', 'submitted', 'approved', 'refused')),
    party_id        bigint,
    supplier_basis  text,
    kind            text    not null check (kind in ('invoice', 'credit_note')),
    number          text,
    number_key      text,
    issued_on       date,
    due_on          date,
    booked_on       date,
    currency        text    not null check (length(currency) = 3),
    net_minor       bigint  not null,
    vat_minor       bigint  not null,
    total_minor     bigint  not null,
    prepaid_minor   bigint  not null,
    rounding_minor  bigint  not null,
    payable_minor   bigint  not null,
    reference_kind  text    check (reference_kind in ('rf', 'kenmerk', 'free')),
    reference       text,
    iban            text,
    discount_minor  bigint  not null,
    discount_on     date,
    order_reference text,
    buyer_reference text,
    seller_name     text,
    seller_kvk_number text,
    seller_oin      text,
    seller_vat_number text,
    seller_endpoint_scheme text,
    seller_endpoint text,
    payee_name      text,
    document_id     bigint,
    xml_document_id bigint,
    file_hash       bytea,
    syntax          text    not null check (syntax in ('ubl', 'cii', 'zugferd_1', 'hybrid', 'file', 'entered')),
    received_at     bigint  not null,
    entered_by      bigint  not null,
    submitted_by    bigint,
    approved_by     bigint,
    refused_by      bigint,
    submitted_at    bigint,
    approved_at     bigint,
    refused_at      bigint,
    refuse_reason   text,
    submitted_hash  text,
    approved_hash   text,
    entry_id        bigint,
    notes           text,
    version         bigint  not null,
    primary key (company_id, id),
    check ((state = 'approved') = (approved_hash is not null)),
    check (state <> 'approved' or (party_id is not null and number is not null and issued_on is not null and due_on is not null)),
    check (state <> 'submitted' or submitted_hash is not null),
    foreign key (company_id, party_id) references party (company_id, id),
    foreign key (company_id, document_id) references document (company_id, id)
);
create unique index bill_file on bill (company_id, file_hash);
create unique index bill_receipt on bill (company_id, receipt_number);
create index bill_number on bill (company_id, number_key);
create index bill_party on bill (company_id, party_id, state);
create index bill_state on bill (company_id, state, due_on);
create index bill_iban on bill (company_id, iban);
create index bill_amount on bill (company_id, payable_minor, issued_on);

create table bill_line (
    company_id      bigint  not null,
    bill_id         bigint  not null,
    line_no         bigint  not null check (line_no > 0),
    description     text    not null,
    quantity        text,
    price           text,
    unit            text,
    net_minor       bigint  not null,
    vat_minor       bigint  not null,
    vat_category    text,
    vat_rate        text,
    vat_reason      text,
    account_id      bigint,
    vat_code_id     bigint,
    cost_center     text,
    coded_from      text,
    primary key (company_id, bill_id, line_no),
    foreign key (company_id, bill_id) references bill (company_id, id)
);

-- What is wrong, in words. 'document' problems were found when it was read; 'check' ones are found again on every change.
create table bill_problem (
    company_id      bigint  not null,
    bill_id         bigint  not null,
    problem_no      bigint  not null,
    source          text    not null check (source in ('document', 'check')),
    rule            text    not null,
    severity        text    not null check (severity in ('fatal', 'warning', 'information')),
    place           text,
    line            bigint  not null,
    found           text,
    english         text    not null,
    dutch           text    not null,
    released_by     bigint,
    released_at     bigint,
    release_reason  text,
    primary key (company_id, bill_id, problem_no),
    check ((released_at is null) = (release_reason is null)),
    foreign key (company_id, bill_id) references bill (company_id, id)
);

-- Two bills that may be one: the newer, the older, by which rule. A released pair is remembered.
create table bill_pair (
    company_id      bigint  not null,
    bill_id         bigint  not null,
    other_id        bigint  not null,
    rule            text    not null check (rule in ('number', 'amount', 'iban')),
    found_at        bigint  not null,
    released_by     bigint,
    released_at     bigint,
    release_reason  text,
    primary key (company_id, bill_id, other_id, rule),
    check (bill_id > other_id),
    check ((released_at is null) = (release_reason is null)),
    foreign key (company_id, bill_id) references bill (company_id, id),
    foreign key (company_id, other_id) references bill (company_id, id)
);
create index bill_pair_other on bill_pair (company_id, other_id);

-- Who did what, never changed.
create table bill_event (
    company_id      bigint  not null,
    id              bigint  not null,
    bill_id         bigint  not null,
    event           text    not null,
    state           text    not null,
    user_id         bigint  not null,
    at              bigint  not null,
    note            text,
    primary key (company_id, id),
    foreign key (company_id, bill_id) references bill (company_id, id)
);
create index bill_event_bill on bill_event (company_id, bill_id);

-- What was approved stays as it was approved: the schema itself refuses.
-- only sqlite
create trigger bill_event_kept before update on bill_event begin select raise(abort, 'append only'); end;
create trigger bill_event_stays before delete on bill_event begin select raise(abort, 'append only'); end;
create trigger bill_stays before delete on bill begin select raise(abort, 'append only'); end;
create trigger bill_approved before update on bill
when old.state = 'approved' and new.state = 'approved'
begin select raise(abort, 'approved'); end;
create trigger bill_line_added before insert on bill_line
when exists (select 1 from bill b where b.company_id = new.company_id and b.id = new.bill_id and b.state = 'approved')
begin select raise(abort, 'approved'); end;
create trigger bill_line_changed before update on bill_line
when exists (select 1 from bill b where b.company_id = old.company_id and b.id = old.bill_id and b.state = 'approved')
begin select raise(abort, 'approved'); end;
create trigger bill_line_removed before delete on bill_line
when exists (select 1 from bill b where b.company_id = old.company_id and b.id = old.bill_id and b.state = 'approved')
begin select raise(abort, 'approved'); end;
-- end
-- only postgres
create trigger bill_event_kept before update or delete on bill_event for each row execute function append_only();
create trigger bill_stays before delete on bill for each row execute function append_only();
create function bill_approved() returns trigger language plpgsql as $body$
begin
    if old.state = 'approved' and new.state = 'approved' then raise exception 'approved' using errcode = '23514'; end if;
    return new;
end $body$;
create trigger bill_approved before update on bill for each row execute function bill_approved();
create function bill_line_approved() returns trigger language plpgsql as $body$
begin
    if exists (select 1 from bill b where b.state = 'approved'
                and ((tg_op <> 'INSERT' and b.company_id = old.company_id and b.id = old.bill_id)
                     or (tg_op <> 'DELETE' and b.company_id = new.company_id and b.id = new.bill_id))) then
        raise exception 'approved' using errcode = '23514';
    end if;
    if tg_op = 'DELETE' then return old; end if;
    return new;
end $body$;
create trigger bill_line_approved before insert or update or delete on bill_line for each row execute function bill_line_approved();
-- end
