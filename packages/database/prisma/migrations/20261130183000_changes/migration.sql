-- CreateTable
CREATE TABLE "changes" (
    "position" BIGINT NOT NULL,
    "type" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "id" UUID,
    "generation" INTEGER,
    "phase" TEXT,
    "created_by" TEXT,
    "tenant" TEXT,
    "reader_roles" TEXT[],
    "reader_roles_before" TEXT[],

    CONSTRAINT "changes_pkey" PRIMARY KEY ("position")
);

-- Microseconds since the epoch by the clock of the database, or one more than the newest position. Whoever adds a change
-- holds the lock until its transaction ends, so positions are committed in their order: a reader that has seen one has
-- seen all before it. Callers hold the lock of the row that they change already, and wait for no other.
CREATE FUNCTION mcp_gateway_next_change() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('mcp-gateway changes', 0));
    RETURN greatest(
        floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
        (SELECT max("position") + 1 FROM "changes")
    );
END
$$;

-- Records what happened to a resource, for the table of one kind. It is part of the statement that changes the row.
CREATE FUNCTION mcp_gateway_resource_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kind TEXT := TG_ARGV[0];
    what TEXT;
    before TEXT[];
    current RECORD;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.deleted_at IS NOT NULL THEN RETURN NULL; END IF; -- it was gone for callers before
        what := 'deleted';
        current := OLD;
        before := OLD.reader_roles;
    ELSIF TG_OP = 'INSERT' OR (OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL) THEN
        what := 'created';
        current := NEW;
    ELSIF NEW.deleted_at IS NOT NULL THEN
        IF OLD.deleted_at IS NOT NULL THEN RETURN NULL; END IF;
        what := 'deleted';
        current := NEW;
        before := OLD.reader_roles;
    ELSIF NEW.generation <> OLD.generation THEN
        what := 'updated';
        current := NEW;
        before := OLD.reader_roles;
    ELSIF (NEW.phase, NEW.observed_generation, NEW.conditions, NEW.replicas)
        IS DISTINCT FROM (OLD.phase, OLD.observed_generation, OLD.conditions, OLD.replicas) THEN
        what := 'status';
        current := NEW;
        before := OLD.reader_roles;
    ELSE
        RETURN NULL;
    END IF;
    INSERT INTO "changes" ("position", "type", "kind", "name", "id", "generation", "phase", "created_by", "tenant",
        "reader_roles", "reader_roles_before")
    VALUES (mcp_gateway_next_change(), what, kind, current.name, current.id, current.generation,
        CASE WHEN current.observed_generation = current.generation THEN current.phase
            WHEN current.observed_generation = 0 THEN 'Pending' ELSE 'Progressing' END,
        current.created_by, current.tenant,
        CASE WHEN what = 'deleted' THEN NULL ELSE current.reader_roles END, before);
    RETURN NULL;
END
$$;

-- The same for tenants. Their limits are a kind of their own, which more callers may read.
CREATE FUNCTION mcp_gateway_tenant_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        INSERT INTO "changes" ("position", "type", "kind", "name", "tenant")
        VALUES (mcp_gateway_next_change(), CASE TG_OP WHEN 'INSERT' THEN 'created' ELSE 'deleted' END, 'tenant',
            coalesce(NEW.id, OLD.id), coalesce(NEW.id, OLD.id));
        RETURN NULL;
    END IF;
    IF NEW.spec IS DISTINCT FROM OLD.spec THEN
        INSERT INTO "changes" ("position", "type", "kind", "name", "tenant")
        VALUES (mcp_gateway_next_change(), 'updated', 'tenant', NEW.id, NEW.id);
    END IF;
    IF NEW.quota IS DISTINCT FROM OLD.quota THEN
        INSERT INTO "changes" ("position", "type", "kind", "name", "tenant")
        VALUES (mcp_gateway_next_change(), 'updated', 'quota', NEW.id, NEW.id);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER "adapters_change" AFTER INSERT OR UPDATE OR DELETE ON "adapters"
    FOR EACH ROW EXECUTE FUNCTION mcp_gateway_resource_change('adapter');
CREATE TRIGGER "tools_change" AFTER INSERT OR UPDATE OR DELETE ON "tools"
    FOR EACH ROW EXECUTE FUNCTION mcp_gateway_resource_change('tool');
CREATE TRIGGER "toolsets_change" AFTER INSERT OR UPDATE OR DELETE ON "toolsets"
    FOR EACH ROW EXECUTE FUNCTION mcp_gateway_resource_change('toolset');
CREATE TRIGGER "tenants_change" AFTER INSERT OR UPDATE OR DELETE ON "tenants"
    FOR EACH ROW EXECUTE FUNCTION mcp_gateway_tenant_change();

-- Where the log begins: it is never empty, and what came before it is not in it.
INSERT INTO "changes" ("position", "type", "kind", "name") VALUES (mcp_gateway_next_change(), 'begin', '', '');
