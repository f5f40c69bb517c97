-- AlterTable
ALTER TABLE "audit_records" ADD COLUMN     "resource_tenant" TEXT;

-- CreateIndex
CREATE INDEX "audit_records_resource_tenant_position_idx" ON "audit_records"("resource_tenant", "position");
