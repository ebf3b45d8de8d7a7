-- What a posting writes is pages of 4 kB: fewer of them is less to log, to sum and to wait for.
-- Few entries reverse another; the others need no place in that index.
drop index entry_reversed;
create unique index entry_reversed on entry (company_id, reverses_id) where reverses_id is not null;
-- The item of a document is asked for in this order: SQLite needs no table to sort it in.
drop index open_item_source;
create index open_item_source on open_item (company_id, source_kind, source_id, id);
-- Rows that are hardly more than their key stand in the key itself.
-- only sqlite
create table number_given_made (
    company_id      bigint  not null,
    series          text    not null,
    number          bigint  not null,
    subject_kind    text    not null,
    subject_id      bigint  not null,
    primary key (company_id, series, number)
) without rowid;
insert into number_given_made select company_id, series, number, subject_kind, subject_id from number_given order by company_id, series, number;
drop table number_given;
alter table number_given_made rename to number_given;
create trigger number_given_kept before update on number_given begin select raise(abort, 'append only'); end;
create trigger number_given_stays before delete on number_given begin select raise(abort, 'append only'); end;
create table audit_subject_made (
    company_id bigint not null,
    kind text not null,
    subject_id bigint not null,
    number bigint not null,
    primary key (company_id, kind, subject_id, number)
) without rowid;
insert into audit_subject_made select company_id, kind, subject_id, number from audit_subject order by company_id, kind, subject_id, number;
drop table audit_subject;
alter table audit_subject_made rename to audit_subject;
create trigger audit_subject_unchanged before update on audit_subject begin select raise(abort, 'audit rows are never changed'); end;
create trigger audit_subject_kept before delete on audit_subject begin select raise(abort, 'audit rows are never removed'); end;
-- end
