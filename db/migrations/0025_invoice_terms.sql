-- Room invoice: an invoice may have its own days to pay in. Room access: views of lists that people keep, for themselves or for all.
alter table invoice add column terms_days bigint;

create table saved_view (
    company_id      bigint  not null,
    id              bigint  not null,
    person_id       bigint  not null,
    page            text    not null check (length(page) between 1 and 60),
    name            text    not null check (length(name) between 1 and 60),
    query           text    not null,
    is_shared       boolean not null,
    version         bigint  not null,
    primary key (company_id, id)
);
create index saved_view_page on saved_view (company_id, page, person_id);

-- Room ledger: VAT codes are edited by people, so they have a version.
alter table vat_code add column version bigint not null default 1;
