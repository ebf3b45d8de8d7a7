-- name: db_migrations
select number, name, checksum from db_migration order by number;

-- name: db_migration_add
insert into db_migration (number, name, checksum, applied_at) values (:number, :name, :checksum, :applied_at);

-- name: db_nodes
select node, expires_at, high from db_node order by node;

-- name: db_node_add
insert into db_node (node, holder, expires_at, high) values (:node, :holder, :expires_at, :high)
on conflict (node) do nothing;

-- name: db_node_take
update db_node set holder = :holder, expires_at = :expires_at, high = :high
 where node = :node and expires_at = :expired_at;

-- name: db_node_renew
update db_node set expires_at = :expires_at, high = :high where node = :node and holder = :holder;

-- name: db_migration_remove
delete from db_migration where number = :number;

-- name: db_nodes_clear
delete from db_node;

-- name: db_seal_key
select key_id, made_at from seal_key order by made_at desc, key_id limit 1;

-- name: db_seal_key_add
insert into seal_key (key_id, made_at) values (:key_id, :made_at) on conflict (key_id) do update set made_at = excluded.made_at;
