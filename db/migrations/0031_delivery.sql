-- Rooms party, invoice, access: there is no portal for customers, so no invoice can be delivered by one. Who was said to want that gets a mail with
-- the hybrid PDF, which is what a new customer gets; an invoice that is final keeps what it says.
update party set delivery = 'mail_hybrid', version = version + 1 where delivery = 'portal';
update invoice set delivery = null, version = version + 1 where delivery = 'portal' and state = 'draft';

-- Room portal: who enters bills gives suppliers their links.
insert into role_permission (company_id, role_id, permission)
select company_id, id, 'portal.invite' from role where name = 'payables clerk' and is_built_in;
