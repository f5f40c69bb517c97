-- Letters in lower case, beyond ASCII too: the locale of the database may know no others.
DO $$
DECLARE
    locale TEXT := coalesce(
        (SELECT collname FROM pg_collation
         WHERE collnamespace = 'pg_catalog'::regnamespace AND collname IN ('pg_c_utf8', 'und-x-icu')
           AND collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))
         ORDER BY collname LIMIT 1),
        'default'
    );
BEGIN
    EXECUTE format(
        'CREATE FUNCTION mcp_gateway_lower(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS %L',
        format('SELECT lower($1 COLLATE %I)', locale)
    );
END
$$;

-- What lists search in and filter by. A trigger fills the columns, so that they are right whichever version of the gateway
-- writes the spec, also during an upgrade.
CREATE FUNCTION mcp_gateway_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.tags := ARRAY(
        SELECT jsonb_array_elements_text(
            CASE jsonb_typeof(NEW.spec->'tags') WHEN 'array' THEN NEW.spec->'tags' ELSE '[]'::jsonb END
        )
    );
    NEW.search := mcp_gateway_lower(concat_ws(E'\n',
        NEW.name, NEW.spec->>'title', NEW.spec->>'description', NEW.spec->>'owner', NEW.spec->>'imageName',
        NEW.spec#>>'{toolDefinition,tool,title}', NEW.spec#>>'{toolDefinition,tool,description}',
        array_to_string(NEW.tags, E'\n')
    ));
    RETURN NEW;
END
$$;

ALTER TABLE "adapters" ADD COLUMN "search" TEXT NOT NULL DEFAULT '', ADD COLUMN "tags" TEXT[] DEFAULT ARRAY[]::TEXT[];
CREATE TRIGGER "adapters_search" BEFORE INSERT OR UPDATE OF "spec" ON "adapters"
    FOR EACH ROW EXECUTE FUNCTION mcp_gateway_search();
UPDATE "adapters" SET "spec" = "spec";
CREATE INDEX "adapters_tags_idx" ON "adapters" USING GIN ("tags");
CREATE INDEX "adapters_created_at_name_idx" ON "adapters"("created_at", "name");
CREATE INDEX "adapters_updated_at_name_idx" ON "adapters"("updated_at", "name");

ALTER TABLE "tools" ADD COLUMN "search" TEXT NOT NULL DEFAULT '', ADD COLUMN "tags" TEXT[] DEFAULT ARRAY[]::TEXT[];
CREATE TRIGGER "tools_search" BEFORE INSERT OR UPDATE OF "spec" ON "tools"
    FOR EACH ROW EXECUTE FUNCTION mcp_gateway_search();
UPDATE "tools" SET "spec" = "spec";
CREATE INDEX "tools_tags_idx" ON "tools" USING GIN ("tags");
CREATE INDEX "tools_created_at_name_idx" ON "tools"("created_at", "name");
CREATE INDEX "tools_updated_at_name_idx" ON "tools"("updated_at", "name");

ALTER TABLE "toolsets" ADD COLUMN "search" TEXT NOT NULL DEFAULT '', ADD COLUMN "tags" TEXT[] DEFAULT ARRAY[]::TEXT[];
CREATE TRIGGER "toolsets_search" BEFORE INSERT OR UPDATE OF "spec" ON "toolsets"
    FOR EACH ROW EXECUTE FUNCTION mcp_gateway_search();
UPDATE "toolsets" SET "spec" = "spec";
CREATE INDEX "toolsets_tags_idx" ON "toolsets" USING GIN ("tags");
CREATE INDEX "toolsets_created_at_name_idx" ON "toolsets"("created_at", "name");
CREATE INDEX "toolsets_updated_at_name_idx" ON "toolsets"("updated_at", "name");
