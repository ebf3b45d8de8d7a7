-- Room access: companies, people, roles, sessions, tokens, segregation of duties.
create table company (
    id              bigint  primary key,
    name            text    not null check (length(name) between 1 and 200),
    legal_name      text,
    country         text    not null check (length(country) = 2),
    currency        text    not null check (length(currency) = 3),
    language        text    not null check (language in ('en', 'nl')),
    kvk_number      text,
    vat_number      text,
    street          text,
    postal_code     text,
    city            text,
    email           text,
    phone           text,
    website         text,
    iban            text,
    bic             text,
    brand_color     text,
    logo            bytea,
    created_at      bigint  not null,
    version         bigint  not null
);

create table person (
    id              bigint  primary key,
    email           text    not null,
    name            text    not null,
    language        text    not null check (language in ('en', 'nl')),
    password_hash   text,
    totp_secret     bytea,
    totp_on         boolean not null,
    totp_last_step  bigint  not null,
    failed_count    bigint  not null,
    locked_until    bigint  not null,
    is_operator     boolean not null,
    invite_hash     bytea,
    invite_until    bigint,
    created_at      bigint  not null,
    ended_at        bigint,
    version         bigint  not null
);
create unique index person_email on person (email);

create table recovery_code (
    person_id       bigint  not null references person (id),
    code_hash       bytea   not null,
    used_at         bigint,
    primary key (person_id, code_hash)
);

create table role (
    company_id      bigint  not null references company (id),
    id              bigint  not null,
    name            text    not null check (length(name) between 1 and 60),
    is_built_in     boolean not null,
    primary key (company_id, id)
);
create unique index role_name on role (company_id, name);

create table role_permission (
    company_id      bigint  not null,
    role_id         bigint  not null,
    permission      text    not null,
    primary key (company_id, role_id, permission),
    foreign key (company_id, role_id) references role (company_id, id)
);

create table member (
    company_id      bigint  not null references company (id),
    person_id       bigint  not null references person (id),
    role_id         bigint  not null,
    created_at      bigint  not null,
    ended_at        bigint,
    primary key (company_id, person_id, role_id),
    foreign key (company_id, role_id) references role (company_id, id)
);
create index member_person on member (person_id);

create table session (
    id              bigint  primary key,
    person_id       bigint  not null references person (id),
    token_hash      bytea   not null,
    csrf            text    not null,
    company_id      bigint,
    created_at      bigint  not null,
    seen_at         bigint  not null,
    expires_at      bigint  not null,
    stepped_up_at   bigint,
    ended_at        bigint,
    address         text,
    agent           text
);
create unique index session_token on session (token_hash);
create index session_person on session (person_id);

create table api_token (
    company_id      bigint  not null references company (id),
    id              bigint  not null,
    person_id       bigint  not null references person (id),
    name            text    not null,
    token_hash      bytea   not null,
    permissions     text    not null,
    created_at      bigint  not null,
    expires_at      bigint  not null,
    used_at         bigint,
    ended_at        bigint,
    primary key (company_id, id)
);
create unique index api_token_hash on api_token (token_hash);

-- Who may not do what after having done what, on the same thing. Waived: only with a name and a reason.
create table duty_rule (
    company_id      bigint  not null references company (id),
    id              bigint  not null,
    name            text    not null,
    first_duty      text    not null,
    second_duty     text    not null,
    waived_by       bigint,
    waived_at       bigint,
    waived_reason   text,
    version         bigint  not null,
    primary key (company_id, id),
    check ((waived_by is null) = (waived_reason is null))
);
create unique index duty_rule_pair on duty_rule (company_id, first_duty, second_duty);

-- Who did what on which thing: never changed, never removed; the trigger refuses what a rule forbids.
create table duty (
    company_id      bigint  not null references company (id),
    id              bigint  not null,
    subject_kind    text    not null,
    subject_id      bigint  not null,
    duty            text    not null,
    person_id       bigint  not null,
    at              bigint  not null,
    primary key (company_id, id)
);
create index duty_subject on duty (company_id, subject_kind, subject_id);

-- only sqlite
create trigger duty_apart before insert on duty
when exists (select 1 from duty_rule r join duty d on d.company_id = r.company_id
              where r.company_id = new.company_id and r.waived_by is null
                and d.subject_kind = new.subject_kind and d.subject_id = new.subject_id and d.person_id = new.person_id
                and ((r.first_duty = d.duty and r.second_duty = new.duty) or (r.second_duty = d.duty and r.first_duty = new.duty)))
begin select raise(abort, 'duty_apart'); end;
create trigger duty_kept before update on duty begin select raise(abort, 'append only'); end;
create trigger duty_stays before delete on duty begin select raise(abort, 'append only'); end;
-- end
-- only postgres
create function duty_apart() returns trigger language plpgsql as $body$
begin
    if exists (select 1 from duty_rule r join duty d on d.company_id = r.company_id
                where r.company_id = new.company_id and r.waived_by is null
                  and d.subject_kind = new.subject_kind and d.subject_id = new.subject_id and d.person_id = new.person_id
                  and ((r.first_duty = d.duty and r.second_duty = new.duty) or (r.second_duty = d.duty and r.first_duty = new.duty))) then
        raise exception 'duty_apart' using errcode = '23514';
    end if;
    return new;
end $body$;
create trigger duty_apart before insert on duty for each row execute function duty_apart();
create or replace function append_only() returns trigger language plpgsql as $body$
begin
    raise exception 'append only' using errcode = '23514';
end $body$;
create trigger duty_kept before update or delete on duty for each row execute function append_only();
-- end
