-- Which migrations ran, and the node numbers that make ids unique over every server of these books (src/db/README.md).
create table db_migration (
    number     bigint primary key,
    name       text   not null,
    checksum   text   not null check (length(checksum) = 64),
    applied_at bigint not null
);

-- A node is held until expires_at (0: free). Counters below `high` were handed out, or may have been.
create table db_node (
    node       bigint primary key check (node between 0 and 63),
    holder     text   not null,
    expires_at bigint not null,
    high       bigint not null check (high >= 0)
);
