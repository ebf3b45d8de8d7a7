-- part: import_file_course
decimal, day_order, mapping, dated_on, skip_known, row_count, made_count, total_minor, created_at, created_by, committed_at,
committed_by, undone_at, undone_by, version

-- part: import_file_recognised
id, kind, state, document_id, file_name, hash, format, encoding, delimiter, sheet, decimal_sign

-- name: import_file_add
insert into import_file (company_id, {import_file_recognised}, day_order, mapping, dated_on, skip_known,
       row_count, made_count, total_minor, created_at, created_by, committed_at, committed_by, undone_at, undone_by, version)
values (:company_id, :id, :kind, :state, :document_id, :file_name, :hash, :format, :encoding, :delimiter, :sheet, {:import_file_course});

-- name: import_file_save
update import_file set kind = :kind, state = :state, decimal_sign = :decimal, day_order = :day_order, mapping = :mapping, dated_on = :dated_on, skip_known = :skip_known,
       row_count = :row_count, made_count = :made_count, total_minor = :total_minor, committed_at = :committed_at, committed_by = :committed_by,
       undone_at = :undone_at, undone_by = :undone_by, version = version + 1
 where company_id = :company_id and id = :id and version = :version;

-- name: import_file_by_id
select {import_file_recognised} as {import_file_course}
  from import_file where company_id = :company_id and id = :id;

-- name: import_file_same
select {import_file_recognised} as {import_file_course}
  from import_file where company_id = :company_id and hash = :hash and kind = :kind and state = 'committed' limit 1;

-- name: import_file_list
select {import_file_recognised} as {import_file_course}
  from import_file where company_id = :company_id;

-- name: import_mapping_find
select kind, mapping from import_mapping where company_id = :company_id and kind = :kind;

-- name: import_mapping_keep
insert into import_mapping (company_id, kind, mapping) values (:company_id, :kind, :mapping)
on conflict (company_id, kind) do update set mapping = excluded.mapping;

-- name: import_made_add
insert into import_made (company_id, import_id, id, row_number, subject_kind, subject_id)
values (:company_id, :import_id, :id, :row_number, :subject_kind, :subject_id);

-- name: import_made_list
select id, import_id, row_number, subject_kind, subject_id from import_made where company_id = :company_id and import_id = :id;

-- name: import_made_of
select id, import_id, row_number, subject_kind, subject_id from import_made where company_id = :company_id and import_id = :id and subject_kind = :subject_kind order by id;

-- name: import_key_all
select subject_kind, source_key, subject_id, import_id from import_key where company_id = :company_id;

-- name: import_key_add
insert into import_key (company_id, subject_kind, source_key, subject_id, import_id) values (:company_id, :subject_kind, :source_key, :subject_id, :import_id)
on conflict (company_id, subject_kind, source_key) do nothing;

-- name: import_key_forget
delete from import_key where company_id = :company_id and import_id = :id;

-- name: known_parties
select id, number, name, name_key, is_customer, is_supplier, customer_terms_days, supplier_terms_days from party where company_id = :company_id order by id;

-- name: known_accounts
-- reads the ledger: an opening balance names accounts by their number
select id, number, name, kind, control, purpose, rgs_code, is_blocked, version from account where company_id = :company_id;

-- name: parent_set
update party set parent_id = :parent_id where company_id = :company_id and id = :id;

-- name: party_built_on
-- reads the ledger: a party with an item on its name can't be taken away
select cast(count(*) as bigint) as count from import_made m
 where m.company_id = :company_id and m.import_id = :id and m.subject_kind = 'party'
   and (exists (select 1 from open_item o where o.company_id = m.company_id and o.party_id = m.subject_id)
     or exists (select 1 from bill b where b.company_id = m.company_id and b.party_id = m.subject_id)
     or exists (select 1 from invoice i where i.company_id = m.company_id and i.party_id = m.subject_id)
     or exists (select 1 from contact c where c.company_id = m.company_id and c.party_id = m.subject_id)
     or exists (select 1 from party_bank k where k.company_id = m.company_id and k.party_id = m.subject_id and (k.state <> 'proposed' or k.source <> 'import'))
     or exists (select 1 from cash_decision d where d.company_id = m.company_id and d.party_id = m.subject_id)
     or exists (select 1 from cash_past_item p where p.company_id = m.company_id and p.party_id = m.subject_id)
     or exists (select 1 from cash_past_line p where p.company_id = m.company_id and p.party_id = m.subject_id)
     or exists (select 1 from party c where c.company_id = m.company_id and c.parent_id = m.subject_id
                 and not exists (select 1 from import_made n where n.company_id = m.company_id and n.import_id = m.import_id and n.subject_kind = 'party' and n.subject_id = c.id)));

-- name: past_built_on
select cast(count(*) as bigint) as count from cash_past_line l
 where l.company_id = :company_id and l.import_id <> :id
   and exists (select 1 from cash_past_item p where p.company_id = l.company_id and p.import_id = :id);

-- name: bank_built_on
select cast(count(*) as bigint) as count from import_made m join party_bank k on k.company_id = m.company_id and k.id = m.subject_id
 where m.company_id = :company_id and m.import_id = :id and m.subject_kind = 'party_bank' and k.state <> 'proposed';

-- name: made_bank_remove
delete from party_bank where company_id = :company_id and id in
 (select m.subject_id from import_made m where m.company_id = :company_id and m.import_id = :id and m.subject_kind = 'party_bank');

-- name: made_party_bank_remove
delete from party_bank where company_id = :company_id and party_id in
 (select m.subject_id from import_made m where m.company_id = :company_id and m.import_id = :id and m.subject_kind = 'party');

-- name: made_party_remove
delete from party where company_id = :company_id and id in
 (select m.subject_id from import_made m where m.company_id = :company_id and m.import_id = :id and m.subject_kind = 'party');
