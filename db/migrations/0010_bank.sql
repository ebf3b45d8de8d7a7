-- Room bank: our own accounts, the statements of the bank and their lines, as the bank gave them.
create table bank_account (
    company_id      bigint  not null,
    id              bigint  not null,
    name            text    not null check (length(name) between 1 and 100),
    iban            text    not null,
    bic             text,
    holder          text    not null,
    currency        text    not null check (length(currency) = 3),
    ledger_account_id bigint not null,
    is_closed       boolean not null,
    version         bigint  not null,
    primary key (company_id, id)
);
create unique index bank_account_iban on bank_account (company_id, iban, currency);

create table bank_statement (
    company_id      bigint  not null,
    id              bigint  not null,
    bank_account_id bigint  not null,
    document_id     bigint  not null,
    kind            text    not null,
    dialect         text    not null,
    reference       text    not null,
    number          bigint,
    from_on         date,
    to_on           date,
    opening_minor   bigint  not null,
    closing_minor   bigint  not null,
    has_balances    boolean not null,
    line_count      bigint  not null,
    added_count     bigint  not null,
    booked_minor    bigint  not null,
    proof           text    not null check (proof in ('none', 'done', 'broken')),
    difference_minor bigint not null,
    follows         text    not null check (follows in ('first', 'follows', 'gap', 'repeats', 'unknown')),
    missing_minor   bigint  not null,
    problems        bigint  not null,
    imported_at     bigint  not null,
    imported_by     bigint  not null,
    primary key (company_id, id),
    foreign key (company_id, bank_account_id) references bank_account (company_id, id)
);
create index bank_statement_account on bank_statement (company_id, bank_account_id, to_on);

create table bank_line (
    company_id      bigint  not null,
    id              bigint  not null,
    bank_account_id bigint  not null,
    statement_id    bigint  not null,
    statement_key   text    not null,
    fingerprint     bigint  not null,
    occurrence      bigint  not null,
    number          bigint  not null,
    booked_on       date    not null,
    valued_on       date,
    amount_minor    bigint  not null,
    currency        text    not null,
    is_reversal     boolean not null,
    bank_reference  text,
    servicer_reference text,
    code            text,
    name            text,
    iban            text,
    ultimate_name   text,
    end_to_end_id   text,
    mandate_id      text,
    batch_id        text,
    reference       text,
    reference_type  text    not null check (reference_type in ('none', 'rf', 'kenmerk', 'other')),
    remittance      text,
    return_reason   text,
    details         text,
    problems        bigint  not null,
    raw             text,
    primary key (company_id, id),
    foreign key (company_id, statement_id) references bank_statement (company_id, id)
);
create unique index bank_line_once on bank_line (company_id, bank_account_id, statement_key, fingerprint, occurrence);
create index bank_line_statement on bank_line (company_id, statement_id, number);
create index bank_line_booked on bank_line (company_id, booked_on);

-- only sqlite
create trigger bank_line_kept before update on bank_line begin select raise(abort, 'append only'); end;
create trigger bank_line_stays before delete on bank_line begin select raise(abort, 'append only'); end;
create trigger bank_statement_stays before delete on bank_statement begin select raise(abort, 'append only'); end;
-- end
-- only postgres
create trigger bank_line_kept before update or delete on bank_line for each row execute function append_only();
create trigger bank_statement_stays before delete on bank_statement for each row execute function append_only();
-- end
