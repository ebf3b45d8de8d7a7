-- Room import: files brought from another system, how their columns were understood, and what each made.
create table import_file (
    company_id      bigint  not null,
    id              bigint  not null,
    kind            text    not null check (kind in ('customers', 'suppliers', 'accounts', 'receivables', 'payables', 'balances', 'paid_invoices', 'payments', 'settlements', 'collections')),
    state           text    not null check (state in ('uploaded', 'committed', 'undone')),
    document_id     bigint  not null,
    file_name       text    not null,
    hash            text    not null,
    format          text    not null,
    encoding        text,
    delimiter       text,
    sheet           text,
    decimal_sign    text    not null check (decimal_sign in (',', '.')),
    day_order       text    not null check (day_order in ('dmy', 'mdy', 'ymd')),
    mapping         text    not null,
    dated_on        date    not null,
    skip_known      boolean not null,
    row_count       bigint  not null,
    made_count      bigint  not null,
    total_minor     bigint  not null,
    created_at      bigint  not null,
    created_by      bigint  not null,
    committed_at    bigint,
    committed_by    bigint,
    undone_at       bigint,
    undone_by       bigint,
    version         bigint  not null,
    primary key (company_id, id)
);
-- The same file counts once, until it is undone.
create unique index import_file_once on import_file (company_id, kind, hash) where state = 'committed';

-- How the columns of a kind were mapped the last time.
create table import_mapping (
    company_id      bigint  not null,
    kind            text    not null,
    mapping         text    not null,
    primary key (company_id, kind)
);

-- What a row became.
create table import_made (
    company_id      bigint  not null,
    import_id       bigint  not null,
    id              bigint  not null,
    row_number      bigint  not null,
    subject_kind    text    not null check (subject_kind in ('party', 'party_bank', 'item', 'entry', 'past_item', 'past_line')),
    subject_id      bigint  not null,
    primary key (company_id, id),
    foreign key (company_id, import_id) references import_file (company_id, id)
);
create index import_made_of on import_made (company_id, import_id, row_number);
create index import_made_subject on import_made (company_id, subject_kind, subject_id);

-- Ids of the system before, by which later files name what an earlier one brought.
create table import_key (
    company_id      bigint  not null,
    subject_kind    text    not null,
    source_key      text    not null,
    subject_id      bigint  not null,
    import_id       bigint  not null,
    primary key (company_id, subject_kind, source_key)
);
create index import_key_import on import_key (company_id, import_id);
