-- AlterTable
ALTER TABLE "adapters" ADD COLUMN "tenant" TEXT NOT NULL DEFAULT 'default';

-- CreateTable
CREATE TABLE "tenants" (
    -- By bytes, whatever the locale of the database: lists are paged by `id > after`.
    "id" TEXT COLLATE "C" NOT NULL,
    "spec" JSONB NOT NULL,
    "quota" JSONB NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL,
    "updated_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "tenants_pkey" PRIMARY KEY ("id")
);
