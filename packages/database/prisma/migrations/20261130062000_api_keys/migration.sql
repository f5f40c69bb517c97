-- CreateTable
CREATE TABLE "api_keys" (
    -- By bytes, whatever the locale of the database: lists are paged by `id > after`.
    "id" TEXT COLLATE "C" NOT NULL,
    "hash" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "creator_name" TEXT NOT NULL,
    "tenant" TEXT NOT NULL,
    "roles" TEXT[],
    "resources" JSONB,
    "created_at" TIMESTAMP(3) NOT NULL,
    "expires_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "api_keys_created_by_idx" ON "api_keys"("created_by");
