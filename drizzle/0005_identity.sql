CREATE TABLE "database_identity" (
	"only" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"id" uuid NOT NULL
);
