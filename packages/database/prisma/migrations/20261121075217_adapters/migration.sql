-- CreateTable
CREATE TABLE "adapters" (
    -- By bytes, whatever the locale of the database: lists are paged by `name > after`.
    "name" TEXT COLLATE "C" NOT NULL,
    "id" UUID NOT NULL,
    "spec" JSONB NOT NULL,
    "created_by" TEXT NOT NULL,
    "reader_roles" TEXT[],
    "generation" INTEGER NOT NULL,
    "observed_generation" INTEGER NOT NULL DEFAULT 0,
    "phase" TEXT NOT NULL,
    "conditions" JSONB NOT NULL,
    "replicas" JSONB NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL,
    "updated_at" TIMESTAMP(3) NOT NULL,
    "deleted_at" TIMESTAMP(3),

    CONSTRAINT "adapters_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE UNIQUE INDEX "adapters_id_key" ON "adapters"("id");

-- What waits for a reconcile: a handful of rows, asked for every few seconds.
CREATE INDEX "adapters_lagging_idx" ON "adapters"("name")
    WHERE "observed_generation" < "generation" OR "deleted_at" IS NOT NULL;
