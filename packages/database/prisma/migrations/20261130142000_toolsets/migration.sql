-- CreateTable
CREATE TABLE "toolsets" (
    -- By bytes, as the names of adapters.
    "name" TEXT COLLATE "C" NOT NULL,
    "id" UUID NOT NULL,
    "spec" JSONB NOT NULL,
    "created_by" TEXT NOT NULL,
    "tenant" TEXT NOT NULL DEFAULT 'default',
    "reader_roles" TEXT[],
    "generation" INTEGER NOT NULL,
    "observed_generation" INTEGER NOT NULL DEFAULT 0,
    "phase" TEXT NOT NULL,
    "conditions" JSONB NOT NULL,
    "replicas" JSONB NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL,
    "updated_at" TIMESTAMP(3) NOT NULL,
    "deleted_at" TIMESTAMP(3),

    CONSTRAINT "toolsets_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE UNIQUE INDEX "toolsets_id_key" ON "toolsets"("id");

-- What waits for a reconcile, as for adapters.
CREATE INDEX "toolsets_lagging_idx" ON "toolsets"("name")
    WHERE "observed_generation" < "generation" OR "deleted_at" IS NOT NULL;
