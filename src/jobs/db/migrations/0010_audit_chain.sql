CREATE TABLE "audit_chain" (
	"position" bigint PRIMARY KEY NOT NULL,
	"audit_id" bigint NOT NULL,
	"previous" text NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "audit_chain_row" UNIQUE("audit_id")
);
--> statement-breakpoint
-- Every value with its length in octets before it, so that no two rows read the same; "-" is null.
-- src/jobs/db/audit-chain.ts forms the same text by itself, to check it.
CREATE FUNCTION "audit_text"("entry" "audit") RETURNS text LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
	SELECT string_agg(coalesce(octet_length(convert_to(field, 'UTF8')) || ':' || field, '-'), ',' ORDER BY nr)
	  FROM unnest(ARRAY[
		entry.id::text,
		(extract(epoch FROM entry.at) * 1000000)::bigint::text,
		entry.actor_person, entry.actor_tenant, entry.action, entry.subject, entry.outcome, entry.before, entry.after
	  ]) WITH ORDINALITY AS fields(field, nr)
$$;
--> statement-breakpoint
-- The lock is taken when all else of the transaction is done, and goes with its commit: writers wait for
-- each other for one commit, and never while they hold something that another of them waits for.
CREATE FUNCTION "chain_audit"("entry" "audit") RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
	head audit_chain;
	link text;
BEGIN
	PERFORM pg_advisory_xact_lock(7352003);
	SELECT * INTO head FROM audit_chain ORDER BY position DESC LIMIT 1;
	link := coalesce(head.hash, '');
	INSERT INTO audit_chain (position, audit_id, previous, hash) VALUES (
		coalesce(head.position, 0) + 1, entry.id, link,
		encode(sha256(convert_to(link || ',' || audit_text(entry), 'UTF8')), 'hex'));
END
$$;
--> statement-breakpoint
DO $$
DECLARE
	entry audit;
BEGIN
	FOR entry IN SELECT * FROM audit ORDER BY id LOOP
		PERFORM chain_audit(entry);
	END LOOP;
END
$$;
--> statement-breakpoint
CREATE FUNCTION "chain_new_audit"() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
	PERFORM chain_audit(NEW);
	RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "audit_chained" AFTER INSERT ON "audit" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "chain_new_audit"();
--> statement-breakpoint
-- Append-only, twice: the service's role has no right to change a row, and the trigger stops whoever has
-- all rights, as a superuser named in DATABASE_URL would. Who owns the tables can undo both on purpose;
-- what is changed then, the chain shows.
CREATE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "audit_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();
--> statement-breakpoint
CREATE TRIGGER "audit_chain_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_chain" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();
--> statement-breakpoint
REVOKE UPDATE, DELETE, TRUNCATE ON "audit", "audit_chain" FROM PUBLIC, CURRENT_USER;
