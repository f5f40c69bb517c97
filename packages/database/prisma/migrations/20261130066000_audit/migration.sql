-- CreateTable
CREATE TABLE "audit_records" (
    "position" BIGINT NOT NULL,
    "id" UUID NOT NULL,
    "stored_at" TIMESTAMP(3) NOT NULL,
    "record" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "time" TIMESTAMP(3) NOT NULL,
    "action" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "subject" TEXT,
    "tenant" TEXT,
    "kind" TEXT,
    "name" TEXT,

    CONSTRAINT "audit_records_pkey" PRIMARY KEY ("position")
);

-- CreateTable
CREATE TABLE "audit_chain" (
    "id" INTEGER NOT NULL,
    "head_position" BIGINT NOT NULL,
    "head_hash" TEXT NOT NULL,
    "base_position" BIGINT NOT NULL,
    "base_hash" TEXT NOT NULL,

    CONSTRAINT "audit_chain_pkey" PRIMARY KEY ("id")
);

-- An empty chain begins and ends at position 0.
INSERT INTO "audit_chain" ("id", "head_position", "head_hash", "base_position", "base_hash")
VALUES (1, 0, repeat('0', 64), 0, repeat('0', 64));

-- CreateIndex
CREATE UNIQUE INDEX "audit_records_id_key" ON "audit_records"("id");

-- CreateIndex
CREATE INDEX "audit_records_time_idx" ON "audit_records"("time");

-- CreateIndex
CREATE INDEX "audit_records_subject_position_idx" ON "audit_records"("subject", "position");

-- CreateIndex
CREATE INDEX "audit_records_action_position_idx" ON "audit_records"("action", "position");

-- CreateIndex
CREATE INDEX "audit_records_kind_name_position_idx" ON "audit_records"("kind", "name", "position");

-- CreateIndex
CREATE INDEX "audit_records_tenant_position_idx" ON "audit_records"("tenant", "position");
