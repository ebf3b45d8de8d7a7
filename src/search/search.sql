-- name: search_last
select after_id, until_id, doc_count, hash from search_segment where company_id = :company_id and kind = :kind order by after_id desc limit 1;

-- name: search_segments
select after_id, until_id, doc_count, hash from search_segment where company_id = :company_id and kind = :kind order by after_id;

-- name: search_segment_ids
select after_id, until_id, doc_count, hash, ids from search_segment where company_id = :company_id and kind = :kind and after_id = :after;

-- name: search_segment_add
insert into search_segment (company_id, kind, after_id, until_id, doc_count, hash, ids) values (:company_id, :kind, :after, :until, :doc_count, :hash, :ids);

-- name: search_segment_remove
delete from search_segment where company_id = :company_id and kind = :kind and after_id = :after;

-- name: search_grams_remove
delete from search_gram where company_id = :company_id and kind = :kind and after_id = :after;

-- name: search_gram_add
insert into search_gram (company_id, kind, after_id, gram, doc_count, docs) values (:company_id, :kind, :after, :gram, :doc_count, :docs);

-- name: search_gram_counts
select g.gram, cast(sum(g.doc_count) as bigint) as doc_count from search_segment s cross join search_gram g
 where s.company_id = :company_id and s.kind = :kind and g.company_id = s.company_id and g.kind = s.kind and g.after_id = s.after_id
   and g.gram in (:g1, :g2, :g3, :g4, :g5, :g6, :g7, :g8, :g9, :g10, :g11, :g12)
 group by g.gram;

-- name: search_gram_docs
select g.after_id as after, g.gram, g.docs from search_segment s cross join search_gram g
 where s.company_id = :company_id and s.kind = :kind and g.company_id = s.company_id and g.kind = s.kind and g.after_id = s.after_id and g.gram in (:g1, :g2, :g3, :g4)
 order by g.after_id, g.gram;

-- name: search_late_ids
select id from search_late where company_id = :company_id and kind = :kind and id > :after and id <= :until order by id limit :limit;

-- name: search_late_turns
select id, turn from search_late where company_id = :company_id and kind = :kind and id > :after and id <= :until order by id;

-- name: search_late_remove
delete from search_late where company_id = :company_id and kind = :kind and id = :id and turn = :turn;

-- name: search_clear_grams
delete from search_gram where company_id = :company_id;

-- name: search_clear_segments
delete from search_segment where company_id = :company_id;

-- name: search_clear_late
delete from search_late where company_id = :company_id;

-- name: search_invoice_ids
select id from invoice where company_id = :company_id and id > :after and id <= :until order by id limit :limit;

-- name: search_bill_ids
select id from bill where company_id = :company_id and id > :after and id <= :until order by id limit :limit;

-- name: search_item_ids
-- reads the ledger: rows that no segment covers yet
select id from open_item where company_id = :company_id and id > :after and id <= :until order by id limit :limit;

-- name: search_line_ids
select id from bank_line where company_id = :company_id and id > :after and id <= :until order by id limit :limit;

-- name: search_entry_ids
-- reads the ledger: rows that no segment covers yet
select id from entry where company_id = :company_id and id > :after and id <= :until order by id limit :limit;

-- name: search_invoice_texts
select id, coalesce(number, '') || '
' || coalesce(order_reference, '') || '
' || coalesce(buyer_reference, '') || '
' || coalesce(payment_reference, '') as text from invoice where company_id = :company_id and id > :after and id <= :until order by id limit :limit;

-- name: search_bill_texts
select id, coalesce(number, '') || '
' || coalesce(seller_name, '') || '
' || coalesce(order_reference, '') || '
' || coalesce(reference, '') || '
' || coalesce(iban, '') as text from bill where company_id = :company_id and id > :after and id <= :until order by id limit :limit;

-- name: search_item_texts
-- reads the ledger: the words by which items are found
select id, reference as text from open_item where company_id = :company_id and id > :after and id <= :until order by id limit :limit;

-- name: search_line_texts
select id, coalesce(name, '') || '
' || coalesce(iban, '') || '
' || coalesce(remittance, '') || '
' || coalesce(reference, '') || '
' || coalesce(end_to_end_id, '') as text from bank_line where company_id = :company_id and id > :after and id <= :until order by id limit :limit;

-- name: search_entry_texts
-- reads the ledger: the words by which entries are found
select id, description as text from entry where company_id = :company_id and id > :after and id <= :until order by id limit :limit;

-- name: search_invoices_of_names
select i.id from invoice i where i.company_id = :company_id and i.party_id in (select p.id from party p where p.company_id = :company_id and contains_caseless(p.name, :part) limit :names) limit :limit;

-- name: search_bills_of_names
select b.id from bill b where b.company_id = :company_id and b.party_id in (select p.id from party p where p.company_id = :company_id and contains_caseless(p.name, :part) limit :names) limit :limit;

-- name: search_names
select id from party where company_id = :company_id and contains_caseless(name, :part) limit :limit;
