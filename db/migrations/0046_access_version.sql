-- Room access: a number that rises with every change of what a person may do, or whether a session or a token still holds. Who remembers what
-- was found out about somebody asks only whether the number is still the same (src/access/known.c). Rows of one number at most; none: 0.
create table access_version (
    id              bigint  primary key check (id = 1),
    version         bigint  not null
);

-- only sqlite
create trigger access_session_changes after update on session begin
    insert into access_version (id, version) values (1, 1) on conflict (id) do update set version = version + 1; end;
create trigger access_session_goes after delete on session begin
    insert into access_version (id, version) values (1, 1) on conflict (id) do update set version = version + 1; end;
create trigger access_token_changes after update on api_token begin
    insert into access_version (id, version) values (1, 1) on conflict (id) do update set version = version + 1; end;
create trigger access_token_goes after delete on api_token begin
    insert into access_version (id, version) values (1, 1) on conflict (id) do update set version = version + 1; end;
create trigger access_person_changes after update on person when old.language is not new.language or old.ended_at is not new.ended_at begin
    insert into access_version (id, version) values (1, 1) on conflict (id) do update set version = version + 1; end;
create trigger access_person_goes after delete on person begin
    insert into access_version (id, version) values (1, 1) on conflict (id) do update set version = version + 1; end;
create trigger access_member_comes after insert on member begin
    insert into access_version (id, version) values (1, 1) on conflict (id) do update set version = version + 1; end;
create trigger access_member_changes after update on member begin
    insert into access_version (id, version) values (1, 1) on conflict (id) do update set version = version + 1; end;
create trigger access_member_goes after delete on member begin
    insert into access_version (id, version) values (1, 1) on conflict (id) do update set version = version + 1; end;
create trigger access_permission_comes after insert on role_permission begin
    insert into access_version (id, version) values (1, 1) on conflict (id) do update set version = version + 1; end;
create trigger access_permission_changes after update on role_permission begin
    insert into access_version (id, version) values (1, 1) on conflict (id) do update set version = version + 1; end;
create trigger access_permission_goes after delete on role_permission begin
    insert into access_version (id, version) values (1, 1) on conflict (id) do update set version = version + 1; end;
create trigger access_company_changes after update on company when old.name is not new.name or old.id is not new.id begin
    insert into access_version (id, version) values (1, 1) on conflict (id) do update set version = version + 1; end;
create trigger access_company_goes after delete on company begin
    insert into access_version (id, version) values (1, 1) on conflict (id) do update set version = version + 1; end;
-- end
-- only postgres
create function access_changed() returns trigger language plpgsql as $body$
begin
    insert into access_version (id, version) values (1, 1) on conflict (id) do update set version = access_version.version + 1;
    return null;
end $body$;
create trigger access_session_changes after update or delete or truncate on session for each statement execute function access_changed();
create trigger access_token_changes after update or delete or truncate on api_token for each statement execute function access_changed();
create trigger access_person_changes after update on person for each row
    when (old.language is distinct from new.language or old.ended_at is distinct from new.ended_at) execute function access_changed();
create trigger access_person_goes after delete or truncate on person for each statement execute function access_changed();
create trigger access_member_changes after insert or update or delete or truncate on member for each statement execute function access_changed();
create trigger access_permission_changes after insert or update or delete or truncate on role_permission for each statement execute function access_changed();
create trigger access_company_changes after update on company for each row
    when (old.name is distinct from new.name or old.id is distinct from new.id) execute function access_changed();
create trigger access_company_goes after delete or truncate on company for each statement execute function access_changed();
-- end
