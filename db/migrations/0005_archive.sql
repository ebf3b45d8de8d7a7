-- Room archive: source files byte for byte, by hash; what belongs to what; words for searching.
create table file_content (
    company_id      bigint  not null,
    hash            bytea   not null,
    byte_count      bigint  not null,
    content         bytea   not null,
    kept_at         bigint  not null,
    primary key (company_id, hash)
);

create table document (
    company_id      bigint  not null,
    id              bigint  not null,
    hash            bytea   not null,
    file_name       text    not null,
    media_type      text    not null,
    byte_count      bigint  not null,
    source          text    not null check (source in ('upload', 'mail', 'portal', 'folder', 'made', 'api')),
    subject_kind    text,
    subject_id      bigint,
    replaces_id     bigint,
    language        text,
    keep_until      date    not null,
    added_at        bigint  not null,
    added_by        bigint  not null,
    primary key (company_id, id),
    foreign key (company_id, hash) references file_content (company_id, hash)
);
create index document_subject on document (company_id, subject_kind, subject_id);
create index document_hash on document (company_id, hash);

create table document_tag (
    company_id      bigint  not null,
    document_id     bigint  not null,
    tag             text    not null check (length(tag) between 1 and 40),
    primary key (company_id, document_id, tag),
    foreign key (company_id, document_id) references document (company_id, id)
);

create table document_text (
    company_id      bigint  not null,
    document_id     bigint  not null,
    content         text    not null,
    primary key (company_id, document_id),
    foreign key (company_id, document_id) references document (company_id, id)
);

-- The words of each document, folded: full-text search that is the same on every engine.
create table document_word (
    company_id      bigint  not null,
    word            text    not null,
    document_id     bigint  not null,
    occurrences     bigint  not null,
    primary key (company_id, word, document_id)
);

-- only sqlite
create trigger file_content_kept before update on file_content begin select raise(abort, 'append only'); end;
-- end
-- only postgres
create trigger file_content_kept before update on file_content for each row execute function append_only();
-- end
