CREATE TYPE "public"."continuity" AS ENUM('FIRST', 'EXACT', 'ELSEWHERE', 'ANEW');--> statement-breakpoint
ALTER TYPE "public"."run_phase" ADD VALUE 'DOWNLOADING';--> statement-breakpoint
ALTER TYPE "public"."run_phase" ADD VALUE 'PREPARING';--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "continuity" "continuity";--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "continuity_note" text;