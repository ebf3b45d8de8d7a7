-- part: document_columns
id, hash, file_name, media_type, byte_count, source, subject_kind, subject_id, replaces_id, language, keep_until, added_at,
added_by

-- name: content_add
insert into file_content (company_id, hash, byte_count, content, kept_at) values (:company_id, :hash, :byte_count, :content, :now)
on conflict (company_id, hash) do nothing;

-- name: content_by_document
select c.content from document d join file_content c on c.company_id = d.company_id and c.hash = d.hash where d.company_id = :company_id and d.id = :id;

-- name: content_all
select hash, content from file_content where company_id = :company_id;

-- name: document_add
insert into document (company_id, {document_columns})
values (:company_id, {:document_columns});

-- name: document_by_id
select {document_columns}
  from document where company_id = :company_id and id = :id;

-- name: document_by_hash
select {document_columns}
  from document where company_id = :company_id and hash = :hash order by id limit 1;

-- name: documents_of
select {document_columns}
  from document where company_id = :company_id and subject_kind = :subject_kind and subject_id = :subject_id order by id;

-- name: document_list
select {document_columns}
  from document where company_id = :company_id;

-- name: document_attach
update document set subject_kind = :subject_kind, subject_id = :subject_id where company_id = :company_id and id = :id;

-- name: tag_add
insert into document_tag (company_id, document_id, tag) values (:company_id, :id, :tag) on conflict (company_id, document_id, tag) do nothing;

-- name: tag_remove
delete from document_tag where company_id = :company_id and document_id = :id and tag = :tag;

-- name: tags_of
select tag from document_tag where company_id = :company_id and document_id = :id order by tag;

-- name: text_set
insert into document_text (company_id, document_id, content) values (:company_id, :id, :text)
on conflict (company_id, document_id) do update set content = excluded.content;

-- name: words_clear
delete from document_word where company_id = :company_id and document_id = :id;

-- name: word_add
insert into document_word (company_id, word, document_id, occurrences) values (:company_id, :word, :id, :occurrences);

-- name: word_search
select w.document_id as id, w.occurrences, d.file_name, d.media_type, d.subject_kind, d.subject_id, d.added_at
  from document_word w join document d on d.company_id = w.company_id and d.id = w.document_id
 where w.company_id = :company_id and w.word >= :word and w.word < :word_end
   and (cast(:subject_kind as text) is null or d.subject_kind = :subject_kind)
 order by w.document_id desc limit 5000;
