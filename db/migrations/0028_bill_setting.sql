-- Room bill: which of Florin's own checks (FL-…) a company does not want on its bills.
create table bill_setting (
    company_id      bigint  not null,
    id              bigint  not null,
    checks_off      text    not null,
    version         bigint  not null,
    primary key (company_id)
);
