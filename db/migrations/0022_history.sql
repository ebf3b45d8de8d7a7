-- Which rows of the audit trail tell of one thing: what a page shows as its history. Made from the trail, and added to with it.
create table audit_subject (
    company_id bigint not null,
    kind text not null,
    subject_id bigint not null,
    number bigint not null,
    primary key (company_id, kind, subject_id, number)
);
-- only sqlite
insert or ignore into audit_subject (company_id, kind, subject_id, number)
select r.company_id, json_extract(c.value, '$.kind'), json_extract(c.value, '$.id'), r.number from audit_row r, json_each(r.changes) c;
create trigger audit_subject_unchanged before update on audit_subject begin select raise(abort, 'audit rows are never changed'); end;
create trigger audit_subject_kept before delete on audit_subject begin select raise(abort, 'audit rows are never removed'); end;
-- end
-- only postgres
insert into audit_subject (company_id, kind, subject_id, number)
select distinct r.company_id, c ->> 'kind', (c ->> 'id')::bigint, r.number from audit_row r, json_array_elements(r.changes::json) c;
create trigger audit_subject_unchanged before update or delete on audit_subject for each row execute function audit_refuse();
-- end
