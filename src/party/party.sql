-- part: party_columns
id, number, name, name_key, is_customer, is_supplier, kvk_number, oin, vat_number, endpoint_scheme, endpoint, email, phone,
language, street, postal_code, city, country, currency, customer_terms_days, supplier_terms_days, expense_account_id,
sales_account_id, vat_code_id, cost_center, delivery, buyer_reference, reference_needed, is_business, is_blocked, block_reason,
parent_id, notes, created_at, version

-- part: party_bank_columns
id, party_id, iban, bic, holder, state, source, proposed_by, proposed_at, verified_by, verified_at, channel, note, usable_from,
is_preferred, version

-- part: contact_columns
id, party_id, name, purpose, email, phone, version

-- name: party_by_id
select {party_columns}
  from party where company_id = :company_id and id = :id;

-- name: party_by_number
select {party_columns}
  from party where company_id = :company_id and number = :number;

-- name: party_list
select {party_columns}
  from party where company_id = :company_id;

-- name: party_by_kvk_number
select {party_columns}
  from party where company_id = :company_id and kvk_number = :kvk_number
   and ((is_supplier and :is_supplier) or (is_customer and :is_customer)) order by id;

-- name: party_by_oin
select {party_columns}
  from party where company_id = :company_id and oin = :oin
   and ((is_supplier and :is_supplier) or (is_customer and :is_customer)) order by id;

-- name: party_by_vat_number
select {party_columns}
  from party where company_id = :company_id and vat_number = :vat_number
   and ((is_supplier and :is_supplier) or (is_customer and :is_customer)) order by id;

-- name: party_by_name_key
select {party_columns}
  from party where company_id = :company_id and name_key = :name_key
   and ((is_supplier and :is_supplier) or (is_customer and :is_customer)) order by id;

-- name: party_by_endpoint
select {party_columns}
  from party where company_id = :company_id and endpoint = :endpoint and endpoint_scheme = :endpoint_scheme
   and ((is_supplier and :is_supplier) or (is_customer and :is_customer)) order by id;

-- name: party_by_iban
select {p.party_columns}
  from party_bank b join party p on p.company_id = b.company_id and p.id = b.party_id
 where b.company_id = :company_id and b.iban = :iban and b.state <> 'blocked'
   and ((p.is_supplier and :is_supplier) or (p.is_customer and :is_customer)) order by p.id;

-- name: party_add
insert into party (company_id, {party_columns})
values (:company_id, {:party_columns});

-- name: party_save
update party set name = :name, name_key = :name_key, is_customer = :is_customer, is_supplier = :is_supplier, kvk_number = :kvk_number, oin = :oin, vat_number = :vat_number, endpoint_scheme = :endpoint_scheme, endpoint = :endpoint, email = :email, phone = :phone, language = :language, street = :street, postal_code = :postal_code, city = :city, country = :country, currency = :currency, customer_terms_days = :customer_terms_days, supplier_terms_days = :supplier_terms_days, expense_account_id = :expense_account_id, sales_account_id = :sales_account_id, vat_code_id = :vat_code_id, cost_center = :cost_center, delivery = :delivery, buyer_reference = :buyer_reference, reference_needed = :reference_needed, is_business = :is_business, is_blocked = :is_blocked, block_reason = :block_reason, parent_id = :parent_id, notes = :notes,
       version = version + 1 where company_id = :company_id and id = :id and version = :version;

-- name: bank_add
insert into party_bank (company_id, {party_bank_columns})
values (:company_id, {:party_bank_columns});

-- name: bank_save
update party_bank set bic = :bic, holder = :holder, state = :state, proposed_by = :proposed_by, proposed_at = :proposed_at, verified_by = :verified_by, verified_at = :verified_at, channel = :channel, note = :note, usable_from = :usable_from, is_preferred = :is_preferred,
       version = version + 1 where company_id = :company_id and id = :id and version = :version;

-- name: bank_by_id
select {party_bank_columns}
  from party_bank where company_id = :company_id and id = :id;

-- name: bank_by_iban
select {party_bank_columns}
  from party_bank where company_id = :company_id and party_id = :party_id and iban = :iban;

-- name: banks_of
select {party_bank_columns}
  from party_bank where company_id = :company_id and party_id = :party_id order by is_preferred desc, id;

-- name: bank_list
select {party_bank_columns}
  from party_bank where company_id = :company_id;

-- name: bank_prefer
update party_bank set is_preferred = (id = :id), version = version + 1 where company_id = :company_id and party_id = :party_id;

-- name: bank_count
select cast(count(*) as bigint) as verified from party_bank where company_id = :company_id and party_id = :party_id and verified_at is not null;

-- name: contact_add
insert into contact (company_id, {contact_columns}) values (:company_id, :id, :party_id, :name, :purpose, :email, :phone, 1);

-- name: contact_save
update contact set name = :name, purpose = :purpose, email = :email, phone = :phone, version = version + 1
 where company_id = :company_id and id = :id and version = :version and ended_at is null;

-- name: contact_end
update contact set ended_at = :now, version = version + 1 where company_id = :company_id and id = :id and ended_at is null;

-- name: contact_by_id
select {contact_columns} from contact where company_id = :company_id and id = :id and ended_at is null;

-- name: contacts_of
select {contact_columns} from contact where company_id = :company_id and party_id = :party_id and ended_at is null order by id;

-- name: contact_email
select email from contact where company_id = :company_id and party_id = :party_id and ended_at is null and email is not null and purpose in (:purpose, 'general')
 order by case when purpose = :purpose then 0 else 1 end, id limit 1;

-- name: contacts_move
update contact set party_id = :into_id, version = version + 1 where company_id = :company_id and party_id = :id and ended_at is null;
