-- Room access: passkeys, what is asked once, wrong tries, and waivers of duties with an end.
create table passkey (
    id              bigint  primary key,
    person_id       bigint  not null references person (id),
    name            text    not null check (length(name) between 1 and 100),
    credential_id   bytea   not null,
    public_key      bytea   not null,
    sign_count      bigint  not null check (sign_count >= 0),
    is_backed_up    boolean not null,
    created_at      bigint  not null,
    used_at         bigint,
    blocked_at      bigint,
    ended_at        bigint,
    version         bigint  not null
);
create unique index passkey_credential on passkey (credential_id);
create index passkey_person on passkey (person_id);

-- Something to sign, once, within minutes: taken away when it is shown.
create table challenge (
    hash            bytea   primary key,
    purpose         text    not null check (purpose in ('register', 'sign_in', 'step_up')),
    session_id      bigint  not null,
    address         text    not null,
    expires_at      bigint  not null
);
create index challenge_expired on challenge (expires_at);
create index challenge_address on challenge (address);

-- Wrong tries by whoever is no person of ours, and by address: "address 192.0.2.1", "email" and a hash.
create table sign_in_try (
    key             text    primary key,
    failed_count    bigint  not null,
    last_at         bigint  not null,
    locked_until    bigint  not null
);
create index sign_in_try_old on sign_in_try (last_at);

-- A rule of duties waived: by whom, why, from when until when. Never changed but for its end.
create table duty_waiver (
    company_id      bigint  not null references company (id),
    id              bigint  not null,
    rule_id         bigint  not null,
    waived_by       bigint  not null,
    reason          text    not null,
    from_at         bigint  not null,
    until_at        bigint  not null,
    ended_at        bigint,
    ended_by        bigint,
    primary key (company_id, id),
    foreign key (company_id, rule_id) references duty_rule (company_id, id),
    check (until_at > from_at)
);
create index duty_waiver_rule on duty_waiver (company_id, rule_id);

-- What was waived before waivers had an end ends a year after.
alter table duty_rule add column waived_until bigint;
update duty_rule set waived_until = waived_at + 31536000000000 where waived_by is not null;
insert into duty_waiver (company_id, id, rule_id, waived_by, reason, from_at, until_at)
select company_id, id, id, waived_by, waived_reason, waived_at, waived_until from duty_rule where waived_by is not null;

-- only sqlite
drop trigger duty_apart;
create trigger duty_apart before insert on duty
when exists (select 1 from duty_rule r join duty d on d.company_id = r.company_id
              where r.company_id = new.company_id and (r.waived_until is null or r.waived_until <= new.at)
                and d.subject_kind = new.subject_kind and d.subject_id = new.subject_id and d.person_id = new.person_id
                and ((r.first_duty = d.duty and r.second_duty = new.duty) or (r.second_duty = d.duty and r.first_duty = new.duty)))
begin select raise(abort, 'duty_apart'); end;
create trigger duty_waiver_kept before delete on duty_waiver begin select raise(abort, 'append only'); end;
create trigger duty_waiver_ends before update on duty_waiver
when old.ended_at is not null or new.ended_at is null or new.rule_id <> old.rule_id or new.waived_by <> old.waived_by
  or new.reason <> old.reason or new.from_at <> old.from_at or new.until_at <> old.until_at
begin select raise(abort, 'append only'); end;
-- end
-- only postgres
create or replace function duty_apart() returns trigger language plpgsql as $body$
begin
    if exists (select 1 from duty_rule r join duty d on d.company_id = r.company_id
                where r.company_id = new.company_id and (r.waived_until is null or r.waived_until <= new.at)
                  and d.subject_kind = new.subject_kind and d.subject_id = new.subject_id and d.person_id = new.person_id
                  and ((r.first_duty = d.duty and r.second_duty = new.duty) or (r.second_duty = d.duty and r.first_duty = new.duty))) then
        raise exception 'duty_apart' using errcode = '23514';
    end if;
    return new;
end $body$;
create function duty_waiver_ends() returns trigger language plpgsql as $body$
begin
    if old.ended_at is not null or new.ended_at is null or new.rule_id <> old.rule_id or new.waived_by <> old.waived_by
       or new.reason <> old.reason or new.from_at <> old.from_at or new.until_at <> old.until_at then
        raise exception 'append only' using errcode = '23514';
    end if;
    return new;
end $body$;
create trigger duty_waiver_kept before delete on duty_waiver for each row execute function append_only();
create trigger duty_waiver_ends before update on duty_waiver for each row execute function duty_waiver_ends();
-- end
