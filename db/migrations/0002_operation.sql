-- The audit trail: one row for each writing operation, numbered without gaps and chained by hash within a company.
create table audit_row (
    company_id bigint not null,
    number bigint not null check (number > 0),
    at bigint not null,
    user_id bigint,
    operation text not null,
    request_id text,
    source text,
    address text,
    changes text not null,
    previous_hash text not null check (length(previous_hash) = 64),
    hash text not null check (length(hash) = 64),
    primary key (company_id, number)
);

-- Where the chain of each company stands: rows cut off its end are seen.
create table audit_head (
    company_id bigint not null primary key,
    count bigint not null check (count > 0),
    hash text not null
);

-- only sqlite
create trigger audit_row_unchanged before update on audit_row begin select raise(abort, 'audit rows are never changed'); end;
create trigger audit_row_kept before delete on audit_row begin select raise(abort, 'audit rows are never removed'); end;
create trigger audit_head_kept before delete on audit_head begin select raise(abort, 'the head of the audit trail stays'); end;
create trigger audit_head_grows before update on audit_head when new.count <> old.count + 1 or new.company_id <> old.company_id
begin select raise(abort, 'the audit trail grows by one'); end;
-- end
-- only postgres
create function audit_refuse() returns trigger language plpgsql as $$ begin
    raise exception 'audit rows are never changed or removed' using errcode = 'integrity_constraint_violation';
end $$;
create trigger audit_row_unchanged before update or delete on audit_row for each row execute function audit_refuse();
create trigger audit_row_kept before truncate on audit_row for each statement execute function audit_refuse();
create trigger audit_head_kept before delete on audit_head for each row execute function audit_refuse();
create trigger audit_head_grows before update on audit_head for each row
    when (new.count <> old.count + 1 or new.company_id <> old.company_id) execute function audit_refuse();
-- end

-- What was answered to a writing request that carried an idempotency key; kept for a day.
create table idempotency_key (
    company_id bigint not null,
    user_id bigint not null,
    operation text not null,
    key text not null,
    content_hash text not null,
    answer text not null,
    created_at bigint not null,
    primary key (company_id, user_id, operation, key)
);
create index idempotency_key_by_age on idempotency_key (company_id, created_at);
