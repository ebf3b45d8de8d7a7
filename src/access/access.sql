-- part: company_columns
id, name, legal_name, country, currency, language, kvk_number, vat_number, street, postal_code, city, email, phone, website, iban,
bic, brand_color, logo, created_at, version

-- part: person_columns
id, email, name, language, password_hash, totp_secret, totp_on, totp_last_step, failed_count, locked_until, is_operator,
invite_hash, invite_until, created_at, ended_at, version

-- part: passkey_columns
id, person_id, name, credential_id, public_key, sign_count, is_backed_up, created_at, used_at, blocked_at, version

-- part: duty_rule_columns
id, name, first_duty, second_duty, waived_by, waived_at, waived_until, waived_reason, version

-- part: api_token_columns
id, person_id, name, token_hash, permissions, created_at, expires_at

-- part: factor_reset_row
f.id, f.person_id, p.name as person, f.reason, f.four_eyes, f.state, f.asked_by, a.name as asker, f.asked_at, f.expires_at, f.decided_by, f.decided_at, f.version
  from factor_reset f join person p on p.id = f.person_id left join person a on a.id = f.asked_by

-- part: duty_waiver_columns
id, rule_id, waived_by, reason, from_at, until_at

-- name: company_by_id
select {company_columns}
  from company where id = :company_id;

-- name: company_add
insert into company ({company_columns})
values ({:company_columns});

-- name: company_save
update company set name = :name, legal_name = :legal_name, kvk_number = :kvk_number, vat_number = :vat_number, street = :street, postal_code = :postal_code,
       city = :city, email = :email, phone = :phone, website = :website, iban = :iban, bic = :bic, brand_color = :brand_color, logo = :logo, language = :language, version = version + 1
 where id = :company_id and version = :version;

-- name: company_all
-- across companies: the command line and a session choose one
select id, name from company order by id;

-- name: companies_of_person
-- across companies: those that a person belongs to
select distinct c.id, c.name from company c join member m on m.company_id = c.id where m.person_id = :id and m.ended_at is null order by c.id;

-- name: person_by_email
select {person_columns}
  from person where email = :email;

-- name: person_by_id
select {person_columns}
  from person where id = :id;

-- name: person_by_invite
select {person_columns}
  from person where invite_hash = :hash;

-- name: persons_with_factor
select {person_columns}
  from person where totp_secret is not null order by id;

-- name: person_add
insert into person ({person_columns})
values (:id, :email, :name, :language, :password_hash, :totp_secret, :totp_on, :totp_last_step, :failed_count, :locked_until, :is_operator, :invite_hash, :invite_until, :created_at, :ended_at, 1);

-- name: person_save
update person set name = :name, language = :language, password_hash = :password_hash, totp_secret = :totp_secret, totp_on = :totp_on, totp_last_step = :totp_last_step,
       failed_count = :failed_count, locked_until = :locked_until, invite_hash = :invite_hash, invite_until = :invite_until, ended_at = :ended_at, version = version + 1
 where id = :id and version = :version;

-- name: recovery_clear
delete from recovery_code where person_id = :id;

-- name: recovery_add
insert into recovery_code (person_id, code_hash) values (:id, :hash);

-- name: recovery_use
update recovery_code set used_at = :now where person_id = :id and code_hash = :hash and used_at is null;

-- name: role_add
insert into role (company_id, id, name, is_built_in) values (:company_id, :id, :name, :is_built_in);

-- name: role_permission_add
insert into role_permission (company_id, role_id, permission) values (:company_id, :id, :permission);

-- name: role_permission_clear
delete from role_permission where company_id = :company_id and role_id = :id;

-- name: role_by_name
select id, name, is_built_in from role where company_id = :company_id and name = :name;

-- name: role_list
select r.id, r.name, r.is_built_in from role r where r.company_id = :company_id;

-- name: role_permissions
select permission from role_permission where company_id = :company_id and role_id = :id order by permission;

-- name: member_add
insert into member (company_id, person_id, role_id, created_at) values (:company_id, :person_id, :role_id, :now)
on conflict (company_id, person_id, role_id) do update set ended_at = null;

-- name: member_end
update member set ended_at = :now where company_id = :company_id and person_id = :id and ended_at is null;

-- name: member_list
select p.id, p.email, p.name, cast(p.totp_on or exists (select 1 from passkey k where k.person_id = p.id and k.ended_at is null and k.blocked_at is null) as boolean) as totp_on,
       cast(p.password_hash is null as boolean) as is_invited, r.name as role, m.created_at
  from member m join person p on p.id = m.person_id join role r on r.company_id = m.company_id and r.id = m.role_id
 where m.company_id = :company_id and m.ended_at is null
   and not exists (select 1 from member o where o.company_id = m.company_id and o.person_id = m.person_id and o.ended_at is null and o.role_id < m.role_id);

-- name: member_by_id
select p.id, p.email, p.name, p.totp_on, cast(p.password_hash is null as boolean) as is_invited, r.name as role, m.created_at
  from member m join person p on p.id = m.person_id join role r on r.company_id = m.company_id and r.id = m.role_id
 where m.company_id = :company_id and m.ended_at is null and m.person_id = :id order by r.id limit 1;

-- name: administrators_beside
select count(distinct m.person_id) as id from member m join role_permission p on p.company_id = m.company_id and p.role_id = m.role_id
 where m.company_id = :company_id and m.ended_at is null and m.person_id <> :id and p.permission in ('*', 'user.*', '*.manage', 'user.manage');

-- name: role_by_id
select id, name, is_built_in from role where company_id = :company_id and id = :id;

-- name: role_rename
update role set name = :name where company_id = :company_id and id = :id;

-- name: role_remove
delete from role where company_id = :company_id and id = :id;

-- name: role_members
select count(*) as id from member where company_id = :company_id and role_id = :id;

-- name: permissions_of_person
select distinct p.permission from member m join role_permission p on p.company_id = m.company_id and p.role_id = m.role_id
 where m.company_id = :company_id and m.person_id = :id and m.ended_at is null order by p.permission;

-- name: session_add
-- across companies: a session is of a person, who may work in several
insert into session (id, person_id, token_hash, csrf, company_id, created_at, seen_at, expires_at, stepped_up_at, address, agent)
values (:id, :person_id, :token_hash, :csrf, :session_company_id, :created_at, :created_at, :expires_at, :stepped_up_at, :address, :agent);

-- name: session_by_token
-- across companies: a session is of a person, who may work in several
select s.id, s.person_id, s.token_hash, s.csrf, s.company_id as session_company_id, s.created_at, s.expires_at, s.stepped_up_at, s.address, s.agent, p.language, p.ended_at as person_ended_at
  from session s join person p on p.id = s.person_id where s.token_hash = :hash and s.ended_at is null;

-- name: session_csrf
-- across companies: a session is of a person, who may work in several
select csrf from session where id = :id and person_id = :user_id;

-- name: session_step_up
-- across companies: a session is of a person, who may work in several
update session set stepped_up_at = :now where id = :id and ended_at is null;

-- name: session_company
-- across companies: a session is of a person, who may work in several
update session set company_id = :company where id = :id and ended_at is null;

-- name: session_end
-- across companies: a session is of a person, who may work in several
update session set ended_at = :now where id = :id and person_id = :person_id and ended_at is null;

-- name: session_end_all
-- across companies: a session is of a person, who may work in several
update session set ended_at = :now where person_id = :id and ended_at is null;

-- name: session_list
-- across companies: a session is of a person, who may work in several
select id, created_at, expires_at, address, agent, cast(id = :id as boolean) as is_current from session where person_id = :user_id and ended_at is null and expires_at > :now;

-- name: session_end_others
-- across companies: a session is of a person, who may work in several
update session set ended_at = :now where person_id = :person_id and id <> :id and ended_at is null;

-- name: token_add
insert into api_token (company_id, {api_token_columns})
values (:company_id, {:api_token_columns});

-- name: token_by_hash
-- across companies: the token itself says of which it is
select t.id, t.company_id as token_company_id, t.person_id, t.name, t.permissions, t.created_at, t.expires_at, p.language, p.ended_at as person_ended_at
  from api_token t join person p on p.id = t.person_id where t.token_hash = :hash and t.ended_at is null;

-- name: access_version
select version as id from access_version where id = 1;

-- name: token_list
select id, person_id, name, permissions, created_at, expires_at from api_token where company_id = :company_id and ended_at is null;

-- name: token_end
update api_token set ended_at = :now where company_id = :company_id and id = :id and ended_at is null;

-- name: duty_rule_add
insert into duty_rule (company_id, id, name, first_duty, second_duty, version) values (:company_id, :id, :name, :first_duty, :second_duty, 1);

-- name: duty_rule_list
select {duty_rule_columns} from duty_rule where company_id = :company_id;

-- name: duty_rule_by_id
select {duty_rule_columns} from duty_rule where company_id = :company_id and id = :id;

-- name: duty_rule_waive
update duty_rule set waived_by = :waived_by, waived_at = :waived_at, waived_until = :waived_until, waived_reason = :waived_reason, version = version + 1
 where company_id = :company_id and id = :id and version = :version;

-- name: duty_broken
select {r.duty_rule_columns}
  from duty_rule r join duty d on d.company_id = r.company_id
 where r.company_id = :company_id and (r.waived_until is null or r.waived_until <= :now) and d.subject_kind = :subject_kind and d.subject_id = :subject_id and d.person_id = :person_id
   and ((r.first_duty = d.duty and r.second_duty = :duty) or (r.second_duty = d.duty and r.first_duty = :duty))
 order by r.id limit 1;

-- name: duty_add
insert into duty (company_id, id, subject_kind, subject_id, duty, person_id, at) values (:company_id, :id, :subject_kind, :subject_id, :duty, :person_id, :now);

-- name: history_list
select s.number as id, r.at, r.user_id, p.name as person, r.operation, r.source, r.changes
  from audit_subject s join audit_row r on r.company_id = s.company_id and r.number = s.number left join person p on p.id = r.user_id
 where s.company_id = :company_id and s.kind = :kind and s.subject_id = :id;
-- name: view_list
select v.id, v.page, v.name, v.query, v.is_shared, case when v.person_id = :user_id then true else false end as is_mine, p.name as owner, v.version
  from saved_view v left join person p on p.id = v.person_id where v.company_id = :company_id and (v.person_id = :user_id or v.is_shared);

-- name: view_by_name
select v.id, v.page, v.name, v.query, v.is_shared, true as is_mine, v.version
  from saved_view v where v.company_id = :company_id and v.person_id = :user_id and v.page = :page and v.name = :name;

-- name: view_count
select count(*) as count from saved_view v where v.company_id = :company_id and v.person_id = :user_id and v.page = :page;

-- name: view_add
insert into saved_view (company_id, id, person_id, page, name, query, is_shared, version) values (:company_id, :id, :user_id, :page, :name, :query, :is_shared, 1);

-- name: view_change
update saved_view set query = :query, is_shared = :is_shared, version = version + 1 where company_id = :company_id and id = :id and person_id = :user_id;

-- name: view_remove
delete from saved_view where company_id = :company_id and id = :id and person_id = :user_id;


-- name: sign_in_try_find
select key, failed_count, last_at, locked_until from sign_in_try where key = :key;

-- name: sign_in_try_set
insert into sign_in_try (key, failed_count, last_at, locked_until) values (:key, :failed_count, :last_at, :locked_until)
on conflict (key) do update set failed_count = excluded.failed_count, last_at = excluded.last_at, locked_until = excluded.locked_until;

-- name: sign_in_try_forget
delete from sign_in_try where last_at < :last_at and locked_until < :now;

-- name: passkey_add
insert into passkey (id, person_id, name, credential_id, public_key, sign_count, is_backed_up, created_at, version)
values (:id, :person_id, :name, :credential_id, :public_key, :sign_count, :is_backed_up, :created_at, 1);

-- name: passkey_list
select {passkey_columns}
  from passkey where person_id = :id and ended_at is null;

-- name: passkey_all
select {passkey_columns}
  from passkey where person_id = :id and ended_at is null order by id;

-- name: passkey_by_id
select {passkey_columns}
  from passkey where id = :id and person_id = :person_id and ended_at is null;

-- name: passkey_by_credential
select {passkey_columns}
  from passkey where credential_id = :hash and ended_at is null;

-- name: passkey_count
select count(*) as id from passkey where person_id = :id and ended_at is null and blocked_at is null;

-- name: passkey_used
update passkey set sign_count = :sign_count, is_backed_up = :is_backed_up, used_at = :now where id = :id;

-- name: passkey_block
update passkey set blocked_at = :now, version = version + 1 where id = :id;

-- name: passkey_rename
update passkey set name = :name, version = version + 1 where id = :id and person_id = :person_id and version = :version and ended_at is null;

-- name: passkey_end
update passkey set ended_at = :now, version = version + 1 where id = :id and person_id = :person_id and ended_at is null;

-- name: challenge_add
insert into challenge (hash, purpose, session_id, address, expires_at) values (:hash, :purpose, :session_id, :address, :expires_at);

-- name: challenge_take
delete from challenge where hash = :hash and purpose = :purpose and session_id = :session_id and expires_at > :now;

-- name: challenge_forget
delete from challenge where expires_at <= :now;

-- name: challenge_count
select count(*) as id from challenge where address = :address;

-- name: duty_waiver_add
insert into duty_waiver (company_id, {duty_waiver_columns})
values (:company_id, {:duty_waiver_columns});

-- name: duty_waiver_end
update duty_waiver set ended_at = :now, ended_by = :waived_by
 where company_id = :company_id and rule_id = :rule_id and ended_at is null and until_at > :now;

-- name: duty_rules_waived
select {duty_rule_columns}
  from duty_rule where company_id = :company_id and waived_until > :now order by id;

-- name: duty_both_count
select count(*) as count from duty_rule r join duty a on a.company_id = r.company_id and a.duty = r.first_duty
  join duty b on b.company_id = a.company_id and b.subject_kind = a.subject_kind and b.subject_id = a.subject_id and b.person_id = a.person_id
   and b.duty = r.second_duty
 where r.company_id = :company_id;

-- name: duty_unwaived_count
select count(*) as count from duty_rule r join duty a on a.company_id = r.company_id and a.duty = r.first_duty
  join duty b on b.company_id = a.company_id and b.subject_kind = a.subject_kind and b.subject_id = a.subject_id and b.person_id = a.person_id
   and b.duty = r.second_duty
 where r.company_id = :company_id
   and not exists (select 1 from duty_waiver w where w.company_id = r.company_id and w.rule_id = r.id
                      and w.from_at <= case when a.at > b.at then a.at else b.at end
                      and w.until_at > case when a.at > b.at then a.at else b.at end
                      and (w.ended_at is null or w.ended_at > case when a.at > b.at then a.at else b.at end));

-- name: duty_rule_expire
update duty_rule set waived_by = null, waived_at = null, waived_until = null, waived_reason = null, version = version + 1
 where company_id = :company_id and waived_until <= :now;

-- name: factor_reset_add
insert into factor_reset (company_id, id, person_id, reason, four_eyes, state, asked_by, asked_at, expires_at, decided_by, decided_at, version)
values (:company_id, :id, :person_id, :reason, :four_eyes, :state, :asked_by, :asked_at, :expires_at, :decided_by, :decided_at, 1);

-- name: factor_reset_decide
update factor_reset set state = :state, decided_by = :decided_by, decided_at = :decided_at, version = version + 1
 where company_id = :company_id and id = :id and version = :version and state = 'waiting';

-- name: factor_reset_by_id
select {factor_reset_row}
 where f.company_id = :company_id and f.id = :id;

-- name: factor_reset_list
select {factor_reset_row}
 where f.company_id = :company_id;

-- name: factor_reset_waiting
-- across companies: a person and his second factor are the installation's
select count(*) as id from factor_reset where person_id = :id and state = 'waiting' and expires_at > :now;

-- name: factor_reset_done
-- across companies: a person and his second factor are the installation's
select count(*) as id from factor_reset where person_id = :id and state = 'done';

-- name: passkey_end_all
update passkey set ended_at = :now, version = version + 1 where person_id = :id and ended_at is null;
