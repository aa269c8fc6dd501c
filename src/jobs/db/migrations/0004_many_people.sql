CREATE TABLE "plans" (
	"hash" text PRIMARY KEY NOT NULL,
	"selection" jsonb NOT NULL,
	"batch_id" uuid,
	"people_made_at" timestamp with time zone,
	"planned_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "migrations" ADD COLUMN "line" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "migrations" ADD COLUMN "submitter" jsonb;--> statement-breakpoint
ALTER TABLE "migrations" ADD COLUMN "licence_sku_id" text;--> statement-breakpoint
ALTER TABLE "plans" ADD CONSTRAINT "plans_batch_id_batches_id_fk" FOREIGN KEY ("batch_id") REFERENCES "public"."batches"("id") ON DELETE no action ON UPDATE no action;