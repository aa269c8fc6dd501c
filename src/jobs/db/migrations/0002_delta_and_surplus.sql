ALTER TABLE "folders" ADD COLUMN "source_uid_next" bigint;--> statement-breakpoint
ALTER TABLE "folders" ADD COLUMN "source_mod_seq" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "written_flags" text[];--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "flags_changed" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "vanished" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "stamp_id" bigint;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "withheld" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "surplus_checked" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "messages_vanished" ON "messages" USING btree ("key") WHERE "messages"."vanished";--> statement-breakpoint
CREATE INDEX "messages_flags" ON "messages" USING btree ("folder_id") WHERE "messages"."flags_changed";