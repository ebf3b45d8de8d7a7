-- Room portal: links that let somebody outside see and do what is his. Of a link and of a session only the hash of the secret is kept;
-- a session is of one link, and a link of one party of one company: neither ever changes.
create table portal_access (
    company_id      bigint  not null references company (id),
    id              bigint  not null,
    party_id        bigint  not null,
    kind            text    not null check (kind in ('supplier')),
    email           text    not null check (length(email) between 3 and 254),
    language        text    not null check (language in ('nl', 'en')),
    secret_hash     bytea   not null check (length(secret_hash) = 32),
    invited_by      bigint  not null,
    invited_at      bigint  not null,
    expires_at      bigint  not null,
    used_at         bigint,
    use_count       bigint  not null,
    ended_at        bigint,
    ended_by        bigint,
    primary key (company_id, id),
    foreign key (company_id, party_id) references party (company_id, id),
    check (expires_at > invited_at)
);
create unique index portal_access_secret on portal_access (secret_hash);
create index portal_access_party on portal_access (company_id, party_id);

create table portal_session (
    company_id      bigint  not null,
    id              bigint  not null,
    access_id       bigint  not null,
    token_hash      bytea   not null check (length(token_hash) = 32),
    csrf            text    not null,
    created_at      bigint  not null,
    expires_at      bigint  not null,
    ended_at        bigint,
    address         text,
    primary key (company_id, id),
    foreign key (company_id, access_id) references portal_access (company_id, id)
);
create unique index portal_session_token on portal_session (token_hash);
create index portal_session_access on portal_session (company_id, access_id, created_at);

-- Every file that came through a link, checked or sent: what the limit of an hour is counted by, and what a link was used for.
create table portal_upload (
    company_id      bigint  not null,
    id              bigint  not null,
    access_id       bigint  not null,
    at              bigint  not null,
    outcome         text    not null check (outcome in ('checked', 'received', 'refused')),
    file_name       text    not null,
    byte_count      bigint  not null,
    file_hash       bytea   not null check (length(file_hash) = 32),
    bill_id         bigint,
    why             text,
    primary key (company_id, id),
    foreign key (company_id, access_id) references portal_access (company_id, id),
    foreign key (company_id, bill_id) references bill (company_id, id),
    check ((outcome = 'received') = (bill_id is not null))
);
create index portal_upload_access on portal_upload (company_id, access_id, at);
create index portal_upload_bill on portal_upload (company_id, bill_id);

-- only sqlite
create trigger portal_access_stays before delete on portal_access begin select raise(abort, 'append only'); end;
create trigger portal_access_kept before update on portal_access
when old.ended_at is not null or new.company_id <> old.company_id or new.id <> old.id or new.party_id <> old.party_id or new.kind <> old.kind
  or new.email <> old.email or new.secret_hash <> old.secret_hash or new.invited_by <> old.invited_by or new.invited_at <> old.invited_at
  or new.expires_at <> old.expires_at
begin select raise(abort, 'a link is kept'); end;
create trigger portal_session_stays before delete on portal_session begin select raise(abort, 'append only'); end;
create trigger portal_session_kept before update on portal_session
when old.ended_at is not null or new.company_id <> old.company_id or new.id <> old.id or new.access_id <> old.access_id
  or new.token_hash <> old.token_hash or new.csrf <> old.csrf or new.created_at <> old.created_at or new.expires_at <> old.expires_at
begin select raise(abort, 'a session is kept'); end;
create trigger portal_upload_stays before delete on portal_upload begin select raise(abort, 'append only'); end;
create trigger portal_upload_kept before update on portal_upload begin select raise(abort, 'append only'); end;
-- end
-- only postgres
create function portal_access_kept() returns trigger language plpgsql as $body$
begin
    if old.ended_at is not null or new.company_id <> old.company_id or new.id <> old.id or new.party_id <> old.party_id or new.kind <> old.kind
       or new.email <> old.email or new.secret_hash <> old.secret_hash or new.invited_by <> old.invited_by or new.invited_at <> old.invited_at
       or new.expires_at <> old.expires_at then
        raise exception 'a link is kept' using errcode = '23514';
    end if;
    return new;
end $body$;
create function portal_session_kept() returns trigger language plpgsql as $body$
begin
    if old.ended_at is not null or new.company_id <> old.company_id or new.id <> old.id or new.access_id <> old.access_id
       or new.token_hash <> old.token_hash or new.csrf <> old.csrf or new.created_at <> old.created_at or new.expires_at <> old.expires_at then
        raise exception 'a session is kept' using errcode = '23514';
    end if;
    return new;
end $body$;
create trigger portal_access_stays before delete on portal_access for each row execute function append_only();
create trigger portal_access_kept before update on portal_access for each row execute function portal_access_kept();
create trigger portal_session_stays before delete on portal_session for each row execute function append_only();
create trigger portal_session_kept before update on portal_session for each row execute function portal_session_kept();
create trigger portal_upload_stays before delete on portal_upload for each row execute function append_only();
create trigger portal_upload_kept before update on portal_upload for each row execute function append_only();
-- end
