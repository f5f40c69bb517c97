-- CreateTable
CREATE TABLE "tool_definitions" (
    -- By bytes, as the names of tools.
    "name" TEXT COLLATE "C" NOT NULL,
    "resource_id" UUID NOT NULL,
    "recorded" TEXT NOT NULL,
    "approved" TEXT NOT NULL,
    "held_back" INTEGER NOT NULL,
    "reported_at" TIMESTAMP(3),
    "revision" INTEGER NOT NULL,

    CONSTRAINT "tool_definitions_pkey" PRIMARY KEY ("name")
);

-- AddForeignKey
ALTER TABLE "tool_definitions" ADD CONSTRAINT "tool_definitions_name_fkey" FOREIGN KEY ("name") REFERENCES "tools"("name") ON DELETE CASCADE ON UPDATE CASCADE;
