-- Which key secrets of these books are sealed with: its name, never the key, which stands outside (src/db/keys.c).
create table seal_key (
    key_id  text   primary key check (length(key_id) = 16),
    made_at bigint not null
);
