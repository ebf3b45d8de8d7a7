-- Room bank: what the bank says before or beside its statement. Lines of the day that are not booked yet (camt.052, MT942) and notices with
-- the payments of a batch (camt.054). Neither books anything; each meets the line of the statement that it is about.
create table bank_early (
    company_id      bigint  not null,
    id              bigint  not null,
    bank_account_id bigint  not null,
    document_id     bigint  not null,
    kind            text    not null check (kind in ('intraday', 'notice')),
    fingerprint     bigint  not null,
    occurrence      bigint  not null,
    booked_on       date    not null,
    amount_minor    bigint  not null,
    currency        text    not null,
    status          text    not null check (status in ('booked', 'pending', 'announced')),
    servicer_reference text,
    batch_id        text,
    end_to_end_id   text,
    name            text,
    iban            text,
    reference       text,
    remittance      text,
    details         text,
    line_id         bigint,
    ended_at        bigint,
    received_at     bigint  not null,
    primary key (company_id, id),
    foreign key (company_id, bank_account_id) references bank_account (company_id, id)
);
create unique index bank_early_once on bank_early (company_id, bank_account_id, kind, fingerprint, occurrence);
create index bank_early_line on bank_early (company_id, line_id);
create index bank_early_waiting on bank_early (company_id, bank_account_id, booked_on) where line_id is null and ended_at is null;
