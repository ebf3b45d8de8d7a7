-- Room access: second factors that were lost, ended by an administrator; by two of them where the person may release payments.
create table factor_reset (
    company_id      bigint  not null references company (id),
    id              bigint  not null,
    person_id       bigint  not null references person (id),
    reason          text    not null check (length(reason) between 10 and 500),
    four_eyes       boolean not null,
    state           text    not null check (state in ('waiting', 'done', 'refused')),
    asked_by        bigint,
    asked_at        bigint  not null,
    expires_at      bigint  not null,
    decided_by      bigint,
    decided_at      bigint,
    version         bigint  not null,
    primary key (company_id, id),
    check ((state = 'waiting') = (decided_at is null)),
    check (asked_by is null or asked_by <> person_id),
    check (state <> 'done' or decided_by is null or decided_by <> person_id),
    check (state <> 'done' or not four_eyes or decided_by is null or decided_by <> asked_by)
);
create index factor_reset_person on factor_reset (person_id, state);
