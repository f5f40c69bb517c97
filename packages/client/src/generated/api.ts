// `node packages/client/generate.mjs` writes this file.
export interface paths {
    "/adapters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List adapters
         * @description Lists the adapters that you may read, by default ordered by name. `q`, `tag` and `phase` narrow the list together.
         */
        get: operations["listAdapters"];
        put?: never;
        /**
         * Register an MCP server
         * @description Registers an MCP server and deploys it. The answer of GET for another adapter is a valid body: the gateway ignores the fields that it sets itself.
         */
        post: operations["createAdapter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/adapters/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the adapter. */
                name: string;
            };
            cookie?: never;
        };
        /**
         * Read an adapter
         * @description Answers with the spec and the fields that the gateway sets. The answer, with changes in it, is a valid body of PUT.
         */
        get: operations["getAdapter"];
        /**
         * Replace the spec
         * @description Replaces the spec and rolls it out. Absent fields get their defaults. The gateway answers 412 when an `id` or a `generation` in the body is not the current one, as for a stale If-Match.
         */
        put: operations["replaceAdapter"];
        post?: never;
        /**
         * Remove an adapter
         * @description Removes the adapter and its replicas. The name is free at once.
         */
        delete: operations["deleteAdapter"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/adapters/{name}/status": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the adapter. */
                name: string;
            };
            cookie?: never;
        };
        /**
         * Read the status of the replicas
         * @description Reports on the deployment and on each replica, as the worker last saw them.
         */
        get: operations["getAdapterStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/adapters/{name}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the adapter. */
                name: string;
            };
            cookie?: never;
        };
        /**
         * Read the log of a replica
         * @description Answers with the last lines of the log and, with `follow`, with the lines that the replica writes from then on.
         */
        get: operations["getAdapterLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/adapters/{name}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the adapter. */
                name: string;
            };
            cookie?: never;
        };
        /**
         * List open sessions
         * @description Lists your open sessions on an adapter; all of them when you may change the adapter.
         */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/adapters/{name}/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the adapter. */
                name: string;
                /** @description Id of the session, as listed. */
                id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End a session
         * @description Ends a session. Its client gets 404 from then on, and the gateway tells the server.
         */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List tools
         * @description Lists the tools that you may read, by default ordered by name. `q`, `tag` and `phase` narrow the list together.
         */
        get: operations["listTools"];
        put?: never;
        /**
         * Register a tool
         * @description Registers a tool and deploys it. The answer of GET for another tool is a valid body: the gateway ignores the fields that it sets itself.
         */
        post: operations["createTool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tools/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the tool. */
                name: string;
            };
            cookie?: never;
        };
        /**
         * Read a tool
         * @description Answers with the spec and the fields that the gateway sets. The answer, with changes in it, is a valid body of PUT.
         */
        get: operations["getTool"];
        /**
         * Replace the spec
         * @description Replaces the spec and rolls it out. Absent fields get their defaults. The gateway answers 412 when an `id` or a `generation` in the body is not the current one, as for a stale If-Match.
         */
        put: operations["replaceTool"];
        post?: never;
        /**
         * Remove a tool
         * @description Removes the tool and its replicas. The name is free at once.
         */
        delete: operations["deleteTool"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tools/{name}/status": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the tool. */
                name: string;
            };
            cookie?: never;
        };
        /**
         * Read the status of the replicas
         * @description Reports on the deployment and on each replica, as the worker last saw them.
         */
        get: operations["getToolStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tools/{name}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the tool. */
                name: string;
            };
            cookie?: never;
        };
        /**
         * Read the log of a replica
         * @description Answers with the last lines of the log and, with `follow`, with the lines that the replica writes from then on.
         */
        get: operations["getToolLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tools/{name}/definition-changes": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the tool. */
                name: string;
            };
            cookie?: never;
        };
        /**
         * Read what waits for approval
         * @description Lists what the source of the tool defines, and each tool and prompt whose definition differs from the one that is approved. Only sources with `approval: required` hold anything back.
         */
        get: operations["listDefinitionChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tools/{name}/definition-changes/approve": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the tool. */
                name: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve definitions
         * @description Approves the definitions that the body names, all or none. Each has the hash that you have read: a definition that has changed again is not approved. Tool routers serve them within seconds.
         */
        post: operations["approveDefinitions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/toolsets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List toolsets
         * @description Lists the toolsets that you may read, by default ordered by name. `q`, `tag` and `phase` narrow the list together.
         */
        get: operations["listToolsets"];
        put?: never;
        /**
         * Register a toolset
         * @description Registers a toolset and publishes it. The answer of GET for another toolset is a valid body: the gateway ignores the fields that it sets itself.
         */
        post: operations["createToolset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/toolsets/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the toolset. */
                name: string;
            };
            cookie?: never;
        };
        /**
         * Read a toolset
         * @description Answers with the spec and the fields that the gateway sets. The answer, with changes in it, is a valid body of PUT.
         */
        get: operations["getToolset"];
        /**
         * Create it or replace the spec
         * @description Creates the toolset if there is none of this name, else replaces the spec. Absent fields get their defaults. The gateway answers 412 when an `id` or a `generation` in the body is not the current one, as for a stale If-Match.
         */
        put: operations["replaceToolset"];
        post?: never;
        /**
         * Remove a toolset
         * @description Removes the toolset. The name is free at once.
         */
        delete: operations["deleteToolset"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/toolsets/{name}/status": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the toolset. */
                name: string;
            };
            cookie?: never;
        };
        /**
         * Read the status
         * @description Says whether the last change is published.
         */
        get: operations["getToolsetStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/registry/v0.1/servers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List servers as a registry of MCP servers
         * @description Lists the adapters and toolsets that you may use in the form of the official registry (v0.1), for clients that take a registry, such as VS Code. The URL to configure there ends with `/registry`.
         */
        get: operations["listRegistryServers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/registry/v0.1/servers/{server}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the server with its slash encoded, such as `com.example.tools%2Fecho`. */
                server: string;
            };
            cookie?: never;
        };
        /**
         * List the versions of a server
         * @description Answers with the one version that the gateway has.
         */
        get: operations["listRegistryServerVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/registry/v0.1/servers/{server}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the server with its slash encoded, such as `com.example.tools%2Fecho`. */
                server: string;
                /** @description A version, or `latest`. */
                version: string;
            };
            cookie?: never;
        };
        /**
         * Read a server as a registry of MCP servers
         * @description Answers with the server in its current version.
         */
        get: operations["getRegistryServerVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow changes
         * @description Streams what changes of the resources, tenants and quotas that you may read, as server-sent events. The field `event` is the type and `data` a ChangeEvent. `start` and `reset` come first where earlier changes are not sent: list what you need after them. The stream ends with your sign-in.
         */
        get: operations["streamEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List tenants
         * @description Lists the tenants that you administer, ordered by id; all of them for `mcp.admin`.
         */
        get: operations["listTenants"];
        put?: never;
        /**
         * Create a tenant
         * @description Creates a tenant without limits. Its members belong to it within a second.
         */
        post: operations["createTenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                id: string;
            };
            cookie?: never;
        };
        /**
         * Read a tenant
         * @description Answers with members and administrators of the tenant.
         */
        get: operations["getTenant"];
        /**
         * Replace members and administrators
         * @description Replaces the tenant except its quota. The change holds within a second.
         */
        put: operations["replaceTenant"];
        post?: never;
        /**
         * Remove a tenant
         * @description Removes a tenant that has no adapters, tools or toolsets. Its members then belong to another tenant, or to `default`.
         */
        delete: operations["deleteTenant"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{id}/quota": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                id: string;
            };
            cookie?: never;
        };
        /**
         * Read limits and their use
         * @description Answers with the limits of a tenant, their use and when they reset. Members may read it, too.
         */
        get: operations["getQuota"];
        /**
         * Replace the limits
         * @description Replaces all limits. The change holds within a second; what was used still counts.
         */
        put: operations["replaceQuota"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API keys
         * @description Lists your API keys, ordered by id; those of all callers when you are mcp.admin. An API key sees itself only.
         */
        get: operations["listApiKeys"];
        put?: never;
        /**
         * Create an API key
         * @description Creates an API key that acts as you, with the roles and on the resources that you name. No other answer has the key itself.
         */
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the key: the part of a key between its first two underscores. */
                id: string;
            };
            cookie?: never;
        };
        /**
         * Read an API key
         * @description Answers with what the key may and when it ends, without its secret.
         */
        get: operations["getApiKey"];
        put?: never;
        post?: never;
        /**
         * Revoke an API key
         * @description Revokes the key for good. Its requests are refused, and its open streams end, within a second.
         */
        delete: operations["revokeApiKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the audit
         * @description Lists who did what, newest first. `mcp.admin` gets all records, and administrators of tenants those of their tenants.
         */
        get: operations["listAuditRecords"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export the audit
         * @description Answers with all records that the filters admit, oldest first, as a stream of lines. Administrators of tenants get the records of their tenants.
         */
        get: operations["exportAuditRecords"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/permissions/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Say which rule decides
         * @description Says whether a caller may read or change a resource, which rule decides, and what the policies say about a message. Callers ask about themselves and their API keys, `mcp.admin` about all.
         */
        get: operations["explainPermission"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/adapters/{name}/mcp": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the adapter. */
                name: string;
            };
            cookie?: never;
        };
        /**
         * Open the stream of the server
         * @description Opens the stream on which the server sends requests and notifications in a session, or resumes a stream.
         */
        get: operations["openMcpStream"];
        put?: never;
        /**
         * Send a message to the server
         * @description Streamable HTTP of MCP: sends a message to the server of the adapter and answers with what the server answers. Statuses, headers and bodies are the server’s own, unless the gateway refuses the request.
         */
        post: operations["postMcpMessage"];
        /**
         * End your session
         * @description Ends the session of the client on the gateway and on the server.
         */
        delete: operations["endMcpSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/adapters/{name}/sse": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the adapter. */
                name: string;
            };
            cookie?: never;
        };
        /**
         * Open a stream of the older transport
         * @description HTTP+SSE of MCP 2024-11-05. The first event, `endpoint`, says where to send messages.
         */
        get: operations["openSseStream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/adapters/{name}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the adapter. */
                name: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a message of the older transport
         * @description HTTP+SSE of MCP 2024-11-05: sends a message. The answer comes on the stream.
         */
        post: operations["postSseMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Open the stream of all tools
         * @description Opens the stream on which a session gets requests and notifications, such as that tools have changed.
         */
        get: operations["openStreamOfTools"];
        put?: never;
        /**
         * Send a message to all tools
         * @description Streamable HTTP of MCP: lists and calls the tools that you may use, whichever server they come from. A client of MCP 2025-11-25 or earlier has a session; one of 2026-07-28 has none.
         */
        post: operations["postMessageToTools"];
        /**
         * End your session at all tools
         * @description Ends the session of the client.
         */
        delete: operations["endSessionOfTools"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp/t/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the toolset. */
                name: string;
            };
            cookie?: never;
        };
        /**
         * Open the stream of a toolset
         * @description Opens the stream on which a session gets requests and notifications, such as that tools have changed.
         */
        get: operations["openStreamOfToolset"];
        put?: never;
        /**
         * Send a message to a toolset
         * @description Streamable HTTP of MCP: lists and calls the tools that you may use, whichever server they come from. A client of MCP 2025-11-25 or earlier has a session; one of 2026-07-28 has none.
         */
        post: operations["postMessageToToolset"];
        /**
         * End your session at a toolset
         * @description Ends the session of the client.
         */
        delete: operations["endSessionOfToolset"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AdapterBody: {
            /**
             * @description Name of the adapter; part of its URL.
             * @example mcp-example
             */
            name: string;
            /**
             * @description Name of the image without registry, tag and digest. Required without `remote`.
             * @example mcp-example
             */
            imageName?: string;
            /**
             * @description Tag or digest of the image: `1.0.0`, `sha256:…`, or both as `1.0.0@sha256:…`. Required without `remote`.
             * @example 1.0.0
             */
            imageVersion?: string;
            /** @description Environment variables of the server. `PORT`, `HOST` and `PATH` are set by the platform. */
            environmentVariables?: {
                [key: string]: string;
            };
            /** @description Variables from Secrets in the namespace of the adapters. The process runtime has none and refuses them. */
            secretEnvironment?: {
                [key: string]: {
                    /** @description Name of the Secret. */
                    secret: string;
                    /** @description Key in the Secret. */
                    key: string;
                };
            };
            /** @description Number of replicas of the server. 0 stops it. Default: `1`. */
            replicaCount?: number;
            /** @description A text for people. The gateway does not use it. Default: `""`. */
            description?: string;
            /** @description The pods run with the Azure workload identity that the operator has set up. The caller needs a role for it. Default: `false`. */
            useWorkloadIdentity?: boolean;
            /** @description Holders of any of these roles may use the resource, as well as its creator and mcp.admin. Default: `[]`. */
            requiredRoles?: string[];
            /** @description Name for people. */
            title?: string;
            /** @description Icons for catalogues, in the form of MCP. Default: `[]`. */
            icons?: components["schemas"]["Icon"][];
            /** @description Words to filter lists by. Default: `[]`. */
            tags?: string[];
            /** @description Where people read about it, as an https URL, or the text itself in Markdown. */
            documentation?: string;
            /** @description Who answers for it: a team, a person or an address. */
            owner?: string;
            /** @description A server that runs elsewhere, in place of `imageName` and `imageVersion`. The gateway runs nothing for it and connects to its URL. */
            remote?: {
                /**
                 * @description URL of its MCP endpoint, with path and query.
                 * @example https://mcp.example.com/mcp
                 */
                url: string;
                /** @description Headers of each request to the server. Secrets belong into a credential (`upstreamAuth`). Default: `{}`. */
                headers?: {
                    [key: string]: string;
                };
            };
            /** @description Narrow what the callers who may use the adapter may do with it. They apply to everyone. Default: `[]`. */
            policies?: {
                /**
                 * @description Unique in the adapter. Refusals and logs name it.
                 * @example mcp-example
                 */
                name: string;
                /**
                 * @description `deny` refuses the messages for which `when` is true. `allow` permits them: where at least one policy allows, a message that none of them permits is refused.
                 * @enum {string}
                 */
                effect: "allow" | "deny";
                /**
                 * @description A CEL expression over `principal`, `resource`, `method`, `tool`, `arguments`, `params` and `headers`. If it cannot be evaluated, the message is refused.
                 * @example tool.startsWith("delete_") && !("ops" in principal.roles)
                 */
                when: string;
                /** @description The MCP methods that the policy decides on. `*` is every message, and GET of a stream. Default: `["tools/call"]`. */
                methods?: string[];
                /** @description Shown to the callers that the policy refuses. Default: `""`. */
                reason?: string;
            }[];
            /** @description Port the server listens on in its container. The process runtime assigns PORT instead. Default: `8000`. */
            port?: number;
            /** @description URL path of the MCP endpoint. The stream of the older HTTP transport is `sse` in the same folder. Default: `"/mcp"`. */
            path?: string;
            /** @description How the gateway checks that a replica is ready. Default: `{"path":"/healthz"}`. */
            healthCheck?: {
                /**
                 * @description `http`: GET on `path` must answer 2xx. `tcp`: the port is open. `mcp`: a POST to the MCP endpoint is answered in MCP; Kubernetes cannot send one and checks the port instead. Absent: `http`, or `tcp` for a server without a health endpoint, which answers `path` with 404 or, at its default, with another 4xx than 401 and 429.
                 * @enum {string}
                 */
                type?: "http" | "tcp" | "mcp";
                /** @description Path that the type `http` checks. Default: `"/healthz"`. */
                path?: string;
            };
            /**
             * @description `session` keeps a session on one replica; `none` spreads every request, for stateless servers. Default: `"session"`.
             * @enum {string}
             */
            affinity?: "session" | "none";
            /**
             * @description What happens to a session whose replica is gone. `replay` repeats the `initialize` of the client on another replica, and the client continues with its session id; the memory of the server is lost. `terminate` answers 404, so that the client opens a new session. Default: `"replay"`.
             * @enum {string}
             */
            sessionRecovery?: "replay" | "terminate";
            /** @description Limits of the sessions. The configuration of the operator applies to limits that are absent. Default: `{}`. */
            sessions?: components["schemas"]["SessionLimits"];
            /** @description With true, the server gets the `Host` and the `Origin` of its clients. With false, it gets its own host and no `Origin`: servers that check both accept this, and the gateway has checked the originals. Default: `false`. */
            preserveHost?: boolean;
            /** @description With true, clients of every revision of MCP can use the server, whatever revision it speaks: tool routers translate between them. Absent or false: the gateway forwards the bytes. */
            bridge?: boolean;
            /** @description How the gateway authenticates its requests to the server. Absent: it sends no credentials. */
            upstreamAuth?: {
                /** @description Name of a credential that the operator has configured, with which the gateway calls the server. The caller needs `mcp.admin` or a role that the operator lists for this credential. */
                credential?: string;
                /** @description With true, the server gets a short-lived JWT of the caller, signed by the gateway, in `X-Mcp-Identity-Token`. Default: `false`. */
                identityToken?: boolean;
                /** @description Audience (`aud`) of that JWT; default: the public URL of the gateway with `/adapters/{name}`. Only `mcp.admin` may set it, because servers of others may accept that audience. */
                audience?: string;
            };
            /** @description The server speaks TLS on its port; `{}` is enough for a certificate that the system trusts. Absent: it speaks plain HTTP. */
            tls?: {
                /** @description Name of a credential of the type `tls` that the operator has configured: the authorities that the gateway trusts for the server, and the client certificate that it shows. Absent: the authorities of the system, and no client certificate. The caller needs `mcp.admin` or a role that the operator lists for this credential. */
                credential?: string;
                /** @description Name that the certificate of the server must have, and that the gateway sends as SNI. Absent: the host of the URL of the server, which is `localhost` for a process on this machine and the IP address of a pod. */
                serverName?: string;
            };
            /** @description What the audit records of calls beyond what it records of all. Absent: never arguments. Only mcp.admin may set, change or remove it. */
            audit?: {
                /** @description Calls that are recorded with their arguments. */
                arguments: {
                    /** @description Names of the tools; `*` is every tool. */
                    tools: string[];
                    /** @description What the record leaves out: names of properties, at any depth and in any case, and JSON pointers (RFC 6901) into the arguments. Names that look like secrets, such as `password`, are always left out. Default: `[]`. */
                    redact?: string[];
                };
            };
            /** @description Kubernetes resource requests and limits. The process runtime does not enforce them. Default: `{}`. */
            resources?: {
                /** @description Resources that the scheduler reserves for each replica. */
                requests?: {
                    /** @description Processors, such as `250m` or `2`. */
                    cpu?: string;
                    /** @description Bytes, such as `256Mi`. */
                    memory?: string;
                };
                /** @description Maximum resources of each replica. */
                limits?: {
                    /** @description Processors, such as `250m` or `2`. */
                    cpu?: string;
                    /** @description Bytes, such as `256Mi`. */
                    memory?: string;
                };
            };
            /** @description The gateway sets this field. POST ignores it; PUT answers 412 when it is not the current one. */
            readonly id?: unknown;
            /** @description The gateway sets this field. POST ignores it; PUT answers 412 when it is not the current one. */
            readonly generation?: unknown;
            /** @description The gateway sets this field and ignores it in requests. */
            readonly createdBy?: unknown;
            /** @description The gateway sets this field and ignores it in requests. */
            readonly tenant?: unknown;
            /** @description The gateway sets this field and ignores it in requests. */
            readonly createdAt?: unknown;
            /** @description The gateway sets this field and ignores it in requests. */
            readonly lastUpdatedAt?: unknown;
            /** @description A `server.json` of a registry of MCP servers, or the answer of a registry for one server: the gateway makes the fields of it. Fields beside it come before those. Inputs of the entry take their values from `environmentVariables` and `secretEnvironment`. Answers never have this field. */
            fromRegistryEntry?: unknown;
        };
        AdapterResource: {
            /**
             * @description Name of the adapter; part of its URL.
             * @example mcp-example
             */
            name: string;
            /**
             * @description Name of the image without registry, tag and digest. Required without `remote`.
             * @example mcp-example
             */
            imageName?: string;
            /**
             * @description Tag or digest of the image: `1.0.0`, `sha256:…`, or both as `1.0.0@sha256:…`. Required without `remote`.
             * @example 1.0.0
             */
            imageVersion?: string;
            /**
             * @description Environment variables of the server. `PORT`, `HOST` and `PATH` are set by the platform.
             * @default {}
             */
            environmentVariables?: {
                [key: string]: string;
            };
            /**
             * @description Variables from Secrets in the namespace of the adapters. The process runtime has none and refuses them.
             * @default {}
             */
            secretEnvironment?: {
                [key: string]: {
                    /** @description Name of the Secret. */
                    secret: string;
                    /** @description Key in the Secret. */
                    key: string;
                };
            };
            /**
             * @description Number of replicas of the server. 0 stops it.
             * @default 1
             */
            replicaCount?: number;
            /**
             * @description A text for people. The gateway does not use it.
             * @default
             */
            description: string;
            /**
             * @description The pods run with the Azure workload identity that the operator has set up. The caller needs a role for it.
             * @default false
             */
            useWorkloadIdentity?: boolean;
            /**
             * @description Holders of any of these roles may use the resource, as well as its creator and mcp.admin.
             * @default []
             */
            requiredRoles: string[];
            /** @description Name for people. */
            title?: string;
            /**
             * @description Icons for catalogues, in the form of MCP.
             * @default []
             */
            icons: components["schemas"]["Icon"][];
            /**
             * @description Words to filter lists by.
             * @default []
             */
            tags: string[];
            /** @description Where people read about it, as an https URL, or the text itself in Markdown. */
            documentation?: string;
            /** @description Who answers for it: a team, a person or an address. */
            owner?: string;
            /** @description A server that runs elsewhere, in place of `imageName` and `imageVersion`. The gateway runs nothing for it and connects to its URL. */
            remote?: {
                /**
                 * @description URL of its MCP endpoint, with path and query.
                 * @example https://mcp.example.com/mcp
                 */
                url: string;
                /**
                 * @description Headers of each request to the server. Secrets belong into a credential (`upstreamAuth`).
                 * @default {}
                 */
                headers: {
                    [key: string]: string;
                };
            };
            /**
             * @description Narrow what the callers who may use the adapter may do with it. They apply to everyone.
             * @default []
             */
            policies: {
                /**
                 * @description Unique in the adapter. Refusals and logs name it.
                 * @example mcp-example
                 */
                name: string;
                /**
                 * @description `deny` refuses the messages for which `when` is true. `allow` permits them: where at least one policy allows, a message that none of them permits is refused.
                 * @enum {string}
                 */
                effect: "allow" | "deny";
                /**
                 * @description A CEL expression over `principal`, `resource`, `method`, `tool`, `arguments`, `params` and `headers`. If it cannot be evaluated, the message is refused.
                 * @example tool.startsWith("delete_") && !("ops" in principal.roles)
                 */
                when: string;
                /**
                 * @description The MCP methods that the policy decides on. `*` is every message, and GET of a stream.
                 * @default [
                 *       "tools/call"
                 *     ]
                 */
                methods: string[];
                /**
                 * @description Shown to the callers that the policy refuses.
                 * @default
                 */
                reason: string;
            }[];
            /**
             * @description Port the server listens on in its container. The process runtime assigns PORT instead.
             * @default 8000
             */
            port?: number;
            /**
             * @description URL path of the MCP endpoint. The stream of the older HTTP transport is `sse` in the same folder.
             * @default /mcp
             */
            path?: string;
            /**
             * @description How the gateway checks that a replica is ready.
             * @default {
             *       "path": "/healthz"
             *     }
             */
            healthCheck?: {
                /**
                 * @description `http`: GET on `path` must answer 2xx. `tcp`: the port is open. `mcp`: a POST to the MCP endpoint is answered in MCP; Kubernetes cannot send one and checks the port instead. Absent: `http`, or `tcp` for a server without a health endpoint, which answers `path` with 404 or, at its default, with another 4xx than 401 and 429.
                 * @enum {string}
                 */
                type?: "http" | "tcp" | "mcp";
                /**
                 * @description Path that the type `http` checks.
                 * @default /healthz
                 */
                path: string;
            };
            /**
             * @description `session` keeps a session on one replica; `none` spreads every request, for stateless servers.
             * @default session
             * @enum {string}
             */
            affinity: "session" | "none";
            /**
             * @description What happens to a session whose replica is gone. `replay` repeats the `initialize` of the client on another replica, and the client continues with its session id; the memory of the server is lost. `terminate` answers 404, so that the client opens a new session.
             * @default replay
             * @enum {string}
             */
            sessionRecovery: "replay" | "terminate";
            /**
             * @description Limits of the sessions. The configuration of the operator applies to limits that are absent.
             * @default {}
             */
            sessions: components["schemas"]["SessionLimits"];
            /**
             * @description With true, the server gets the `Host` and the `Origin` of its clients. With false, it gets its own host and no `Origin`: servers that check both accept this, and the gateway has checked the originals.
             * @default false
             */
            preserveHost?: boolean;
            /** @description With true, clients of every revision of MCP can use the server, whatever revision it speaks: tool routers translate between them. Absent or false: the gateway forwards the bytes. */
            bridge?: boolean;
            /** @description How the gateway authenticates its requests to the server. Absent: it sends no credentials. */
            upstreamAuth?: {
                /** @description Name of a credential that the operator has configured, with which the gateway calls the server. The caller needs `mcp.admin` or a role that the operator lists for this credential. */
                credential?: string;
                /**
                 * @description With true, the server gets a short-lived JWT of the caller, signed by the gateway, in `X-Mcp-Identity-Token`.
                 * @default false
                 */
                identityToken: boolean;
                /** @description Audience (`aud`) of that JWT; default: the public URL of the gateway with `/adapters/{name}`. Only `mcp.admin` may set it, because servers of others may accept that audience. */
                audience?: string;
            };
            /** @description The server speaks TLS on its port; `{}` is enough for a certificate that the system trusts. Absent: it speaks plain HTTP. */
            tls?: {
                /** @description Name of a credential of the type `tls` that the operator has configured: the authorities that the gateway trusts for the server, and the client certificate that it shows. Absent: the authorities of the system, and no client certificate. The caller needs `mcp.admin` or a role that the operator lists for this credential. */
                credential?: string;
                /** @description Name that the certificate of the server must have, and that the gateway sends as SNI. Absent: the host of the URL of the server, which is `localhost` for a process on this machine and the IP address of a pod. */
                serverName?: string;
            };
            /** @description What the audit records of calls beyond what it records of all. Absent: never arguments. Only mcp.admin may set, change or remove it. */
            audit?: {
                /** @description Calls that are recorded with their arguments. */
                arguments: {
                    /** @description Names of the tools; `*` is every tool. */
                    tools: string[];
                    /**
                     * @description What the record leaves out: names of properties, at any depth and in any case, and JSON pointers (RFC 6901) into the arguments. Names that look like secrets, such as `password`, are always left out.
                     * @default []
                     */
                    redact: string[];
                };
            };
            /**
             * @description Kubernetes resource requests and limits. The process runtime does not enforce them.
             * @default {}
             */
            resources?: {
                /** @description Resources that the scheduler reserves for each replica. */
                requests?: {
                    /** @description Processors, such as `250m` or `2`. */
                    cpu?: string;
                    /** @description Bytes, such as `256Mi`. */
                    memory?: string;
                };
                /** @description Maximum resources of each replica. */
                limits?: {
                    /** @description Processors, such as `250m` or `2`. */
                    cpu?: string;
                    /** @description Bytes, such as `256Mi`. */
                    memory?: string;
                };
            };
            /**
             * Format: uuid
             * @description Differs between an adapter and a later adapter of the same name.
             */
            id: string;
            /** @description Counts the changes of the spec. */
            generation: number;
            /** @description Subject of the caller that registered the adapter. */
            createdBy: string;
            /** @description Tenant that the adapter belongs to: that of its creator. */
            tenant: string;
            /**
             * Format: date-time
             * @description When the adapter was registered.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When the spec was last replaced.
             */
            lastUpdatedAt: string;
        };
        AdapterStatus: {
            /** @description Name of the adapter. */
            name: string;
            phase: components["schemas"]["Phase"];
            /** @description Counts the changes of the spec. */
            generation: number;
            /** @description The last generation that the worker has acted on; below `generation` while a change waits. */
            observedGeneration: number;
            /** @description `replicaCount` of the spec. */
            desiredReplicas: number;
            /** @description Replicas that get requests. */
            readyReplicas: number;
            /** @description Replicas that run the current spec. */
            updatedReplicas: number;
            /** @description The same as `readyReplicas`. */
            availableReplicas: number;
            /** @description Image of the spec, without the registry. Absent where nothing runs. */
            image?: string;
            /** @description One sentence about the replicas. */
            replicaStatus: string;
            /** @description Facts about the adapter. */
            conditions: components["schemas"]["Condition"][];
            /** @description The replicas as the worker last saw them. */
            replicas: components["schemas"]["ReplicaStatus"][];
        };
        ApiKeyBody: {
            /**
             * @description A text for people: what the key is for.
             * @example nightly report
             */
            name: string;
            /** @description Roles that the key has. They must be roles of yours, unless you are mcp.admin. Default: `[]`. */
            roles?: string[];
            /** @description The only resources that the key may use, within the rights of its roles and its creator. Absent: all of them. */
            resources?: {
                /**
                 * @description Kind of the resource.
                 * @enum {string}
                 */
                kind: "adapter" | "tool" | "toolset";
                /**
                 * @description Name of the resource. It need not exist yet.
                 * @example mcp-example
                 */
                name: string;
            }[];
            /**
             * Format: date-time
             * @description When the key ends. The operator sets a maximum. Absent: in 90 days, or at the maximum if that is sooner.
             */
            expiresAt?: string;
        };
        ApiKeyCreated: {
            /** @description Id of the key: the part of the key between its first two underscores. */
            id: string;
            /**
             * @description A text for people: what the key is for.
             * @example nightly report
             */
            name: string;
            /** @description Roles that the key has. */
            roles: string[];
            /** @description The only resources that the key may use, within the rights of its roles and its creator. Null: all of them. */
            resources: {
                /**
                 * @description Kind of the resource.
                 * @enum {string}
                 */
                kind: "adapter" | "tool" | "toolset";
                /**
                 * @description Name of the resource. It need not exist yet.
                 * @example mcp-example
                 */
                name: string;
            }[] | null;
            /** @description Subject of the caller that created the key, as whom the key acts. */
            createdBy: string;
            /**
             * Format: date-time
             * @description When the key was created.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When the key ends.
             */
            expiresAt: string;
            /** @description When the key was last used, up to a minute ago. Null: not since it was created, or since Redis was last emptied, or Redis is unavailable. */
            lastUsedAt: string | null;
            /** @description The key. Store it now: the gateway keeps a hash of it and never shows it again. */
            key: string;
        };
        ApiKeyResource: {
            /** @description Id of the key: the part of the key between its first two underscores. */
            id: string;
            /**
             * @description A text for people: what the key is for.
             * @example nightly report
             */
            name: string;
            /** @description Roles that the key has. */
            roles: string[];
            /** @description The only resources that the key may use, within the rights of its roles and its creator. Null: all of them. */
            resources: {
                /**
                 * @description Kind of the resource.
                 * @enum {string}
                 */
                kind: "adapter" | "tool" | "toolset";
                /**
                 * @description Name of the resource. It need not exist yet.
                 * @example mcp-example
                 */
                name: string;
            }[] | null;
            /** @description Subject of the caller that created the key, as whom the key acts. */
            createdBy: string;
            /**
             * Format: date-time
             * @description When the key was created.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When the key ends.
             */
            expiresAt: string;
            /** @description When the key was last used, up to a minute ago. Null: not since it was created, or since Redis was last emptied, or Redis is unavailable. */
            lastUsedAt: string | null;
        };
        ApprovalBody: {
            /** @description The definitions to approve, each with the hash that you have read. */
            definitions: {
                /**
                 * @description Whether it defines a tool or a prompt. Default: `"tool"`.
                 * @enum {string}
                 */
                kind?: "tool" | "prompt";
                /** @description Name of the tool or the prompt at its source. */
                name: string;
                /** @description `hash` of the change that you have read; null to forget a definition that is removed. */
                hash: string | null;
            }[];
        };
        AuditEntry: {
            /**
             * Format: uuid
             * @description Unique; a record that is delivered twice has the same id.
             */
            id: string;
            /**
             * Format: date-time
             * @description When the request began.
             */
            time: string;
            /**
             * @description The service that answered it.
             * @enum {string}
             */
            service: "data-plane" | "control-plane";
            /** @description What was requested, such as `adapter.create` or `mcp.tools/call`. */
            action: string;
            outcome: components["schemas"]["AuditOutcome"];
            /** @description HTTP status of the answer. */
            status?: number;
            /** @description Error code of the gateway, if the gateway refused or failed. */
            code?: string;
            /** @description Why: the rule, quota or fault that decided. */
            reason?: string;
            /** @description Absent if the caller is not verified. */
            caller?: {
                /** @description Verified subject. */
                subject: string;
                /** @description Name from its sign-in. */
                name: string;
                /** @description Its roles; at most 32 of them. */
                roles: string[];
                /** @description Its tenant. */
                tenant: string;
                /** @description How it signed in, such as `development` or the URL of an issuer. */
                signIn?: string;
            };
            /** @description The resource that the request named. It need not exist. */
            resource?: {
                /** @description Kind of the resource, such as `adapter`. */
                kind: string;
                /** @description Name of the resource. */
                name: string;
                /** @description The tenant that the resource belongs to, where the gateway knows the resource. */
                tenant?: string;
            };
            /** @description Name of the tool of a `tools/call`. */
            tool?: string;
            /** @description Arguments of the call as JSON, redacted and cut; only if its adapter says so in `audit`. With `tool.definition-changes`: the definitions that were approved, or found to have changed. */
            arguments?: string;
            /** @description Address of the client, behind the proxies that are trusted. */
            address?: string;
            /** @description The other end of the connection, if that is not `address`. */
            via?: string;
            /** @description The first 256 characters of `User-Agent`. */
            userAgent?: string;
            /** @description Bytes of the body of the request. */
            requestBytes?: number;
            /** @description Bytes of the answer on the connection, with its head. */
            responseBytes?: number;
            /** @description Milliseconds until the answer ended or the client left. */
            durationMs?: number;
            /** @description `X-Request-Id` of the answer. */
            requestId?: string;
            /** @description Trace id of the `traceparent` of the request (W3C Trace Context). */
            traceId?: string;
            /** @description Only with the action `audit.gap`. */
            gap?: {
                /** @description How many records are missing. */
                records: number;
                /**
                 * Format: date-time
                 * @description When the first of them was dropped.
                 */
                since: string;
            };
            /** @description Its place in the chain, from 1, without gaps. */
            position: number;
            /**
             * Format: date-time
             * @description When it was stored.
             */
            storedAt: string;
            /** @description SHA-256 over the record and the hash before it (docs/audit.md). Only `mcp.admin` sees it. */
            hash?: string;
        };
        /**
         * @description success: it was answered with a status below 400; the gateway does not read answers, so a tool may still have reported an error. refused: the gateway refused it. failed: the gateway or the server failed. aborted: the client left before the answer.
         * @enum {string}
         */
        AuditOutcome: "success" | "refused" | "failed" | "aborted";
        ChangeEvent: {
            /**
             * @description created: it exists, or you may read it from now on. updated: its spec has changed. status: what the worker has observed of it has changed. deleted: it is gone, or you may not read it any more.
             * @enum {string}
             */
            type: "created" | "updated" | "status" | "deleted";
            /**
             * @description Kind of the resource; `tenant` or, for the limits of a tenant, `quota`.
             * @enum {string}
             */
            kind: "adapter" | "tool" | "toolset" | "tenant" | "quota";
            /** @description Name of the resource; id of the tenant. */
            name: string;
            /**
             * Format: uuid
             * @description Differs between a resource and a later one of the same name.
             */
            id?: string;
            /** @description Generation of the resource after the change. */
            generation?: number;
            phase?: components["schemas"]["Phase"];
            /**
             * Format: date-time
             * @description When it changed.
             */
            time: string;
        };
        Condition: {
            /**
             * @description The aspect that the condition describes.
             * @enum {string}
             */
            type: "Ready" | "Progressing" | "HealthCheck" | "Document" | "Arguments" | "Approved";
            /**
             * @description Whether the condition holds.
             * @enum {string}
             */
            status: "True" | "False" | "Unknown";
            /** @description One CamelCase word for programs. */
            reason: string;
            /** @description A sentence for people: what happens and what to do. */
            message: string;
            /**
             * Format: date-time
             * @description When `status` last changed.
             */
            lastTransitionTime: string;
        };
        DefinitionChanges: {
            /**
             * @description Name of the tool resource.
             * @example mcp-example
             */
            name: string;
            /**
             * @description `required`: what is not approved is held back.
             * @enum {string}
             */
            approval: "none" | "required";
            /** @description How the definitions stand, and what to do, for people. */
            message: string;
            /** @description When a tool router last reported a change of the definitions; null: none has reported any yet. */
            reportedAt: string | null;
            /** @description What differs from what is approved, by kind and name. */
            changes: {
                /**
                 * @description Whether it defines a tool or a prompt.
                 * @enum {string}
                 */
                kind: "tool" | "prompt";
                /** @description Name of the tool or the prompt at its source. */
                name: string;
                /**
                 * @description new: nothing of this name is approved. changed: the approved definition is another one. removed: the source has no such definition any more.
                 * @enum {string}
                 */
                change: "new" | "changed" | "removed";
                /** @description SHA-256 of what the source defines now; null if it defines nothing of this name any more. */
                hash: string | null;
                /** @description SHA-256 of the approved definition; null if there is none. */
                approvedHash: string | null;
                /** @description When the gateway first saw this hash; null if removed. */
                since: string | null;
                /** @description Each member that differs. Of a new definition, all members. */
                differences: {
                    /** @description The member that differs: a JSON pointer (RFC 6901) into the definition. With the source `openapi`, `/http` is how the gateway calls the operation: method, path, where arguments go, and the body. */
                    pointer: string;
                    /** @description As it was approved. Absent: the member is new. */
                    before?: unknown;
                    /** @description As the source defines it now. Absent: the member is gone. */
                    after?: unknown;
                }[];
                /** @description Characters in the differences that nobody sees and a model reads, such as `U+200B`; at most 20. */
                invisible: string[];
                /** @description Why it cannot be approved, and what to do. */
                problem?: string;
            }[];
            /** @description All that the source defines now; at most 5000. */
            definitions: {
                /**
                 * @description Whether it defines a tool or a prompt.
                 * @enum {string}
                 */
                kind: "tool" | "prompt";
                /** @description Name of the tool or the prompt at its source. */
                name: string;
                /** @description SHA-256 of the definition in canonical form (RFC 8785), without `_meta`. */
                hash: string;
                /**
                 * Format: date-time
                 * @description When the gateway first saw this hash.
                 */
                since: string;
            }[];
        };
        Icon: {
            /** @description https URL of the image, or the image itself as a data URL in base64. */
            src: string;
            /** @description Media type of the image, if the server of the URL does not say it. */
            mimeType?: string;
            /** @description Sizes such as `48x48`; `any` for an image that scales. */
            sizes?: string[];
            /**
             * @description The theme that the image is for.
             * @enum {string}
             */
            theme?: "light" | "dark";
        };
        PermissionExplanation: {
            /** @description The caller that the answer is about. */
            principal: {
                /** @description Subject of the caller. */
                subject: string;
                /** @description Roles that the answer assumes. */
                roles: string[];
                /** @description Tenants that the caller administers. */
                adminOf: string[];
                /** @description The API key that the caller signs in with. */
                apiKey?: string;
            };
            /** @description Kind and name of the resource. */
            resource: string;
            /**
             * @description What the caller wants to do.
             * @enum {string}
             */
            action: "read" | "write";
            /** @description Whether the permission rule permits it. */
            allowed: boolean;
            /**
             * @description The rule that decides; `none` when no rule permits it.
             * @enum {string}
             */
            rule: "creator" | "required-role" | "tenant-admin" | "admin" | "signed-in" | "out-of-scope" | "none";
            /** @description The rule in words. */
            reason: string;
            /** @description What each policy says that narrows how the caller may use the resource. */
            policies: {
                /** @description Name of the policy. */
                name: string;
                /**
                 * @description Whether it permits or refuses what its expression is true for.
                 * @enum {string}
                 */
                effect: "allow" | "deny";
                /**
                 * @description Of its expression. failed: it fails, which refuses the message. not-applicable: the policy is for other methods. unknown: it depends on what the question does not say.
                 * @enum {string}
                 */
                result: "true" | "false" | "failed" | "not-applicable" | "unknown";
                /** @description With `unknown`: what it depends on, such as `tool`. */
                needs: string[];
            }[];
            /**
             * @description Rule and policies together; `depends` when policies need what the question does not say.
             * @enum {string}
             */
            outcome: "permitted" | "refused" | "depends";
            /** @description The policies that decide or on which it depends. Empty: the rule alone decides. */
            decidedBy: string[];
        };
        /**
         * @description Pending: accepted; the worker has not acted on it yet. Progressing: replicas are starting or being replaced. Ready: all replicas answer. Degraded: some do. Failed: none does, or the server cannot start. Stopped: the spec asks for zero replicas. A toolset runs nothing: it is Ready once it is published.
         * @enum {string}
         */
        Phase: "Pending" | "Progressing" | "Ready" | "Degraded" | "Failed" | "Stopped";
        Problem: {
            /** @description URL of the page that explains this kind of problem. */
            type: string;
            /** @description The kind of problem, for people. */
            title: string;
            /** @description The HTTP status. */
            status: number;
            /** @description The kind of problem, for programs, such as `ADAPTER_NOT_FOUND`. */
            code: string;
            /** @description What is wrong with this request, and what to do. */
            detail?: string;
            /** @description Each bad field of the body or query parameter; at most 50. */
            errors?: {
                /** @description Place in the body: an RFC 6901 pointer such as `#/replicaCount`. */
                pointer?: string;
                /** @description Name of the query parameter. */
                parameter?: string;
                /** @description What is wrong there and what is valid. */
                detail: string;
            }[];
            /** @description The id of the request, as in `X-Request-Id` and in the logs. */
            requestId?: string;
        };
        Quota: {
            /** @description Most requests in each window. An absent window has no limit. Default: `{}`. */
            requests?: {
                /** @description Requests in each second. */
                second?: number;
                /** @description Requests in each minute. */
                minute?: number;
                /** @description Requests in each hour. */
                hour?: number;
                /** @description Requests in each day (UTC). */
                day?: number;
            };
            /** @description Most requests under way at the same time. */
            concurrentRequests?: number;
            /** @description Most open streams (GET) at the same time. */
            streams?: number;
            /** @description Most open sessions. Those that were opened before there was a limit do not count. */
            sessions?: number;
            /** @description Most adapters and tools together. */
            adapters?: number;
            /** @description Most replicas of all adapters and tools together, as their specs ask for. */
            replicas?: number;
            /** @description Limits for each caller of the tenant’s requests. */
            perCaller?: {
                /** @description Most requests in each window. An absent window has no limit. Default: `{}`. */
                requests?: {
                    /** @description Requests in each second. */
                    second?: number;
                    /** @description Requests in each minute. */
                    minute?: number;
                    /** @description Requests in each hour. */
                    hour?: number;
                    /** @description Requests in each day (UTC). */
                    day?: number;
                };
                /** @description Most requests under way at the same time. */
                concurrentRequests?: number;
            };
            /** @description Limits for each adapter of the tenant’s requests. */
            perAdapter?: {
                /** @description Most requests in each window. An absent window has no limit. Default: `{}`. */
                requests?: {
                    /** @description Requests in each second. */
                    second?: number;
                    /** @description Requests in each minute. */
                    minute?: number;
                    /** @description Requests in each hour. */
                    hour?: number;
                    /** @description Requests in each day (UTC). */
                    day?: number;
                };
                /** @description Most requests under way at the same time. */
                concurrentRequests?: number;
            };
            /** @description Limits for each tool of the tenant’s requests. */
            perTool?: {
                /** @description Most requests in each window. An absent window has no limit. Default: `{}`. */
                requests?: {
                    /** @description Requests in each second. */
                    second?: number;
                    /** @description Requests in each minute. */
                    minute?: number;
                    /** @description Requests in each hour. */
                    hour?: number;
                    /** @description Requests in each day (UTC). */
                    day?: number;
                };
                /** @description Most requests under way at the same time. */
                concurrentRequests?: number;
            };
        };
        QuotaResource: {
            /** @description The limits, as they were set. */
            limits: components["schemas"]["Quota"];
            /** @description The use of each limit of the whole tenant. */
            use: {
                /** @description Requests of the whole tenant in each window that has a limit. */
                requests: {
                    /** @description The limit. */
                    limit: number;
                    /** @description How much is used. Of requests, it includes what data planes have reserved and not used yet. */
                    used: number;
                    /** @description How much is left. */
                    remaining: number;
                    /**
                     * @description The window.
                     * @enum {string}
                     */
                    window: "second" | "minute" | "hour" | "day";
                    /**
                     * Format: date-time
                     * @description When the next window begins.
                     */
                    resetsAt: string;
                }[];
                /** @description Requests under way. */
                concurrentRequests?: {
                    /** @description The limit. */
                    limit: number;
                    /** @description How much is used. Of requests, it includes what data planes have reserved and not used yet. */
                    used: number;
                    /** @description How much is left. */
                    remaining: number;
                };
                /** @description Open streams. */
                streams?: {
                    /** @description The limit. */
                    limit: number;
                    /** @description How much is used. Of requests, it includes what data planes have reserved and not used yet. */
                    used: number;
                    /** @description How much is left. */
                    remaining: number;
                };
                /** @description Open sessions. */
                sessions?: {
                    /** @description The limit. */
                    limit: number;
                    /** @description How much is used. Of requests, it includes what data planes have reserved and not used yet. */
                    used: number;
                    /** @description How much is left. */
                    remaining: number;
                };
                /** @description Adapters and tools. */
                adapters?: {
                    /** @description The limit. */
                    limit: number;
                    /** @description How much is used. Of requests, it includes what data planes have reserved and not used yet. */
                    used: number;
                    /** @description How much is left. */
                    remaining: number;
                };
                /** @description Replicas of both. */
                replicas?: {
                    /** @description The limit. */
                    limit: number;
                    /** @description How much is used. Of requests, it includes what data planes have reserved and not used yet. */
                    used: number;
                    /** @description How much is left. */
                    remaining: number;
                };
            };
        };
        RegistryList: {
            /** @description One page. */
            servers: components["schemas"]["RegistryServer"][];
            /** @description Of the page. */
            metadata: {
                /** @description `cursor` of the next page; absent on the last one. */
                nextCursor?: string;
                /** @description How many servers this page has. */
                count: number;
            };
        };
        RegistryServer: {
            /** @description The server, as in `server.json`. */
            server: {
                /** @description The format of this object. */
                $schema: string;
                /** @description Name of the server: the host of the gateway, reversed, and the name of the resource. */
                name: string;
                /** @description Name for people. */
                title?: string;
                /** @description A text for people, cut to 100 characters. */
                description: string;
                /** @description `1.0.` and the generation of the resource. */
                version: string;
                /** @description Where people read about it. */
                websiteUrl?: string;
                /** @description The icons that are URLs. */
                icons?: components["schemas"]["Icon"][];
                /** @description How MCP clients connect. */
                remotes: {
                    /**
                     * @description The transport.
                     * @enum {string}
                     */
                    type: "streamable-http";
                    /** @description URL at this gateway for MCP clients. */
                    url: string;
                }[];
                /** @description What the format has no field for. */
                _meta: {
                    /** @description Kind and name of the resource here, its tags, owner and phase. */
                    "io.modelcontextprotocol.registry/publisher-provided": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description What the registry adds. */
            _meta: {
                /** @description What registries say of a server. */
                "io.modelcontextprotocol.registry/official": {
                    /**
                     * @description The gateway lists no others.
                     * @enum {string}
                     */
                    status: "active";
                    /**
                     * Format: date-time
                     * @description The same as `publishedAt`.
                     */
                    statusChangedAt: string;
                    /**
                     * Format: date-time
                     * @description When the resource was registered.
                     */
                    publishedAt: string;
                    /**
                     * Format: date-time
                     * @description When its spec was last replaced.
                     */
                    updatedAt: string;
                    /** @description True: the gateway has one version of each. */
                    isLatest: boolean;
                };
            };
        };
        ReplicaStatus: {
            /** @description Name of the replica. */
            name: string;
            /** @description Ordinal of the replica, as in /logs?instance=. */
            instance: number;
            /**
             * @description `BackOff`: the replica keeps crashing and waits for its next start.
             * @enum {string}
             */
            state: "Starting" | "Ready" | "NotReady" | "BackOff" | "Stopping";
            /** @description Whether the replica gets requests. */
            ready: boolean;
            /** @description Whether the replica runs the current spec. */
            updated: boolean;
            /** @description How often its process was restarted. */
            restartCount: number;
            /** @description Exit code of its last process: 128 + signal number when a signal ended it. */
            lastExitCode: number | null;
            /** @description When its process was last started. */
            startedAt: string | null;
            /** @description What is wrong with the replica and what to do, for people. */
            message: string | null;
        };
        SessionLimits: {
            /** @description A session that is idle for this long ends. A session with an open stream is not idle. */
            idleTimeoutSeconds?: number;
            /** @description A session ends this long after its start, also while it is in use. */
            maxAgeSeconds?: number;
            /** @description Maximum number of open sessions of the adapter. */
            maxOpen?: number;
            /** @description Maximum number of open sessions of one caller on the adapter. */
            maxOpenPerCaller?: number;
        };
        SessionResource: {
            /**
             * Format: uuid
             * @description Id of the session on this API. It is not the Mcp-Session-Id and gives no access to the session.
             */
            id: string;
            /** @description Subject of the caller that opened the session. */
            caller: string;
            /** @description The name that the client gives itself. */
            client: {
                /** @description `clientInfo.name` of its `initialize`. */
                name: string;
                /** @description `clientInfo.version` of its `initialize`. */
                version: string;
            } | null;
            /** @description MCP version that client and server agreed on. */
            protocolVersion: string | null;
            /** @description The replica process that holds the session now. */
            endpoint: string;
            /** @description How often the session has moved to another replica. */
            moves: number;
            /**
             * Format: date-time
             * @description When the client opened the session.
             */
            openedAt: string;
            /**
             * Format: date-time
             * @description When the session was last used. The value may be some seconds old.
             */
            lastUsedAt: string;
        };
        TenantBody: {
            /**
             * @description Id of the tenant; part of its URL.
             * @example search-team
             */
            id: string;
            /** @description Name for people. Default: `""`. */
            displayName?: string;
            /** @description Callers that belong to the tenant. If several tenants name a caller, the one that names the subject comes first, then the claim, then the role. Default: `{}`. */
            members?: {
                /** @description Callers with one of these subjects. Default: `[]`. */
                subjects?: string[];
                /** @description Callers whose sign-in has one of these values in its tenant claim. Default: `[]`. */
                claims?: string[];
                /** @description Callers with one of these roles; upper and lower case are the same. Default: `[]`. */
                roles?: string[];
            };
            /** @description Callers that may read and change the resources of the tenant, and read its quota. Default: `{}`. */
            admins?: {
                /** @description Callers with one of these subjects. Default: `[]`. */
                subjects?: string[];
                /** @description Callers with one of these roles. Default: `[]`. */
                roles?: string[];
            };
        };
        TenantResource: {
            /**
             * @description Id of the tenant; part of its URL.
             * @example search-team
             */
            id: string;
            /**
             * @description Name for people.
             * @default
             */
            displayName: string;
            /** @description Callers that belong to the tenant. If several tenants name a caller, the one that names the subject comes first, then the claim, then the role. */
            members: {
                /**
                 * @description Callers with one of these subjects.
                 * @default []
                 */
                subjects: string[];
                /**
                 * @description Callers whose sign-in has one of these values in its tenant claim.
                 * @default []
                 */
                claims: string[];
                /**
                 * @description Callers with one of these roles; upper and lower case are the same.
                 * @default []
                 */
                roles: string[];
            };
            /** @description Callers that may read and change the resources of the tenant, and read its quota. */
            admins: {
                /**
                 * @description Callers with one of these subjects.
                 * @default []
                 */
                subjects: string[];
                /**
                 * @description Callers with one of these roles.
                 * @default []
                 */
                roles: string[];
            };
            /**
             * Format: date-time
             * @description When the tenant was created.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When the tenant or its quota last changed.
             */
            lastUpdatedAt: string;
        };
        ToolBody: {
            /**
             * @description Name of the tool, for the API and for models.
             * @example weather
             */
            name: string;
            /**
             * @description Name of the image without registry, tag and digest.
             * @example mcp-example
             */
            imageName?: string;
            /**
             * @description Tag or digest of the image: `1.0.0`, `sha256:…`, or both as `1.0.0@sha256:…`.
             * @example 1.0.0
             */
            imageVersion?: string;
            /** @description Environment variables of the server. `PORT`, `HOST` and `PATH` are set by the platform. */
            environmentVariables?: {
                [key: string]: string;
            };
            /** @description Variables from Secrets in the namespace of the adapters. The process runtime has none and refuses them. */
            secretEnvironment?: {
                [key: string]: {
                    /** @description Name of the Secret. */
                    secret: string;
                    /** @description Key in the Secret. */
                    key: string;
                };
            };
            /** @description Number of replicas of the server. 0 stops it. Default: `1`. */
            replicaCount?: number;
            /** @description A text for people. The gateway does not use it. Default: `""`. */
            description?: string;
            /** @description The pods run with the Azure workload identity that the operator has set up. The caller needs a role for it. Default: `false`. */
            useWorkloadIdentity?: boolean;
            /** @description Holders of any of these roles may use the resource, as well as its creator and mcp.admin. Default: `[]`. */
            requiredRoles?: string[];
            /** @description Name for people. */
            title?: string;
            /** @description Icons for catalogues, in the form of MCP. Default: `[]`. */
            icons?: components["schemas"]["Icon"][];
            /** @description Words to filter lists by. Default: `[]`. */
            tags?: string[];
            /** @description Where people read about it, as an https URL, or the text itself in Markdown. */
            documentation?: string;
            /** @description Who answers for it: a team, a person or an address. */
            owner?: string;
            /** @description A server that runs elsewhere, in place of `imageName` and `imageVersion`. The gateway runs nothing for it and connects to its URL. */
            remote?: {
                /**
                 * @description Source `openapi`: the URL before the paths of the document. Source `mcp`: the MCP endpoint. Source `http`: the URL that takes the arguments.
                 * @example https://api.example.com/v3
                 */
                url: string;
                /** @description Headers of each request to the server. Secrets belong into a credential (`upstreamAuth`). Default: `{}`. */
                headers?: {
                    [key: string]: string;
                };
            };
            /** @description What executes the tools. */
            source?: {
                /**
                 * @description The server takes the arguments where `toolDefinition` says.
                 * @constant
                 */
                type: "http";
            } | {
                /**
                 * @description The server is an MCP server, which describes its tools itself.
                 * @constant
                 */
                type: "mcp";
                /** @description Port the server listens on in its container, 8000 by default. The process runtime assigns PORT instead. Absent with `remote`. Default: `8000`. */
                port?: number;
                /** @description URL path of its MCP endpoint, `/mcp` by default. Absent with `remote`. Default: `"/mcp"`. */
                path?: string;
                /** @description Begins the names under which clients see the tools, such as `crm_` in `crm_search`; `""` for none. Absent: the name of the resource with `_`. */
                prefix?: string;
                /**
                 * @description `required`: tools and prompts are served once somebody has approved their definitions, and a change is held back until it is approved, too. Absent or `none`: they are served as the server defines them.
                 * @enum {string}
                 */
                approval?: "none" | "required";
                /**
                 * @description With `approval: required`, what clients see of a tool whose definition has changed: `last-approved`, also if absent, is the definition that was approved; `hidden` is nothing.
                 * @enum {string}
                 */
                whileChanged?: "last-approved" | "hidden";
            } | {
                /**
                 * @description Chosen tools, prompts and resources of an adapter. The tool has no server of its own.
                 * @constant
                 */
                type: "adapter";
                /**
                 * @description Name of the adapter. A caller sees its tools only with the right to use the adapter as well.
                 * @example mcp-example
                 */
                adapter: string;
                /** @description Tools of the adapter, by name; `*` stands for any characters. Absent: all of them; `[]`: none. */
                tools?: string[];
                /** @description Prompts of the adapter, by name; `*` stands for any characters. Absent: all of them; `[]`: none. */
                prompts?: string[];
                /** @description Resources and resource templates of the adapter, by URI, by name; `*` stands for any characters. Absent: all of them; `[]`: none. */
                resources?: string[];
                /** @description Begins the names under which clients see the tools, such as `crm_` in `crm_search`; `""` for none. Absent: the name of the resource with `_`. */
                prefix?: string;
                /**
                 * @description `required`: tools and prompts are served once somebody has approved their definitions, and a change is held back until it is approved, too. Absent or `none`: they are served as the server defines them.
                 * @enum {string}
                 */
                approval?: "none" | "required";
                /**
                 * @description With `approval: required`, what clients see of a tool whose definition has changed: `last-approved`, also if absent, is the definition that was approved; `hidden` is nothing.
                 * @enum {string}
                 */
                whileChanged?: "last-approved" | "hidden";
            } | {
                /**
                 * @description The server is an HTTP API, and chosen operations of its OpenAPI document become tools.
                 * @constant
                 */
                type: "openapi";
                /** @description The OpenAPI document (3.0 or 3.1). The gateway keeps the parts that the chosen operations need. It stands alone: every `$ref` begins with `#/components/` or `#/paths/`. Either this or `documentUrl`. */
                document?: {
                    [key: string]: unknown;
                };
                /**
                 * @description Where the server has its OpenAPI document, in JSON or YAML: a path, or with `remote` also a URL at the origin of `remote.url`. The gateway reads it when the server is there, and again every five minutes. Either this or `document`.
                 * @example /openapi.json
                 */
                documentUrl?: string;
                /** @description The operations that become tools: by `operationId`, or by method and path such as `GET /pets/{petId}`. `*` stands for any characters. They may be at most 128. */
                operations: string[];
                /** @description Port the server listens on in its container, 8000 by default. The process runtime assigns PORT instead. Absent with `remote`. Default: `8000`. */
                port?: number;
                /** @description URL path before the paths of the document, such as `/api/v3`. Absent: the path of `remote.url` unless that is `/`, else the path of the first of the `servers` in the document. Their hosts are never called. */
                path?: string;
                /** @description Begins the names under which clients see the tools, such as `crm_` in `crm_search`; `""` for none. Absent: the name of the resource with `_`. */
                prefix?: string;
                /**
                 * @description `required`, with `documentUrl` only: operations are served once somebody has approved their definitions and how they are called, and a change is held back until it is approved, too. Absent or `none`: they are served as the document defines them.
                 * @enum {string}
                 */
                approval?: "none" | "required";
                /**
                 * @description With `approval: required`, what clients see of an operation whose definition has changed: `last-approved`, also if absent, is the definition that was approved, and nothing if the operation is now called in another way; `hidden` is nothing.
                 * @enum {string}
                 */
                whileChanged?: "last-approved" | "hidden";
            };
            /** @description The definition that MCP clients get, and where the server takes the arguments. The source `http` needs it; with all others, the source describes its tools. */
            toolDefinition?: {
                /** @description The definition that MCP clients get (MCP, `Tool`). */
                tool: {
                    /** @description The same as the `name` of the resource. */
                    name: string;
                    /** @description Name for people. */
                    title?: string;
                    /** @description What the tool does, for models. */
                    description?: string;
                    /** @description JSON Schema (2020-12) of the arguments; its type is `object`. */
                    inputSchema: {
                        [key: string]: unknown;
                    };
                    /** @description JSON Schema (2020-12) of the structured result. */
                    outputSchema?: {
                        [key: string]: unknown;
                    };
                    /** @description Hints about the behaviour. Clients do not trust them. */
                    annotations?: {
                        /** @description Name for people. */
                        title?: string;
                        /** @description The tool changes nothing. */
                        readOnlyHint?: boolean;
                        /** @description The tool may delete or overwrite. */
                        destructiveHint?: boolean;
                        /** @description The same call again has no further effect. */
                        idempotentHint?: boolean;
                        /** @description The tool acts on things outside of its server. */
                        openWorldHint?: boolean;
                    } & {
                        [key: string]: unknown;
                    };
                    /** @description Icons for people. */
                    icons?: ({
                        /** @description URL of the image. */
                        src: string;
                        /** @description Media type of the image. */
                        mimeType?: string;
                        /** @description Sizes such as `48x48`. */
                        sizes?: string[];
                        /**
                         * @description The theme that the image is for.
                         * @enum {string}
                         */
                        theme?: "light" | "dark";
                    } & {
                        [key: string]: unknown;
                    })[];
                    /** @description How the tool runs. */
                    execution?: {
                        /**
                         * @description Whether clients may call the tool as a task. It cannot be `required`.
                         * @enum {string}
                         */
                        taskSupport?: "forbidden" | "optional" | "required";
                    } & {
                        [key: string]: unknown;
                    };
                    /** @description Metadata (MCP, `_meta`). */
                    _meta?: {
                        [key: string]: unknown;
                    };
                } & {
                    [key: string]: unknown;
                };
                /** @description Port the server listens on in its container, 8000 by default. The process runtime assigns PORT instead. Absent with `remote`. Default: `8000`. */
                port?: number;
                /** @description URL path that takes the arguments, `/score` by default. Absent with `remote`. Default: `"/score"`. */
                path?: string;
                /**
                 * @description HTTP method with which the gateway sends the arguments as JSON. Default: `"POST"`.
                 * @enum {string}
                 */
                method?: "POST" | "PUT" | "PATCH";
            };
            /** @description How the gateway authenticates its calls to the server. Absent: it sends no credentials. */
            upstreamAuth?: {
                /** @description Name of a credential that the operator has configured: of the type `header` or `client-credentials`, which are the same for all callers. The caller needs `mcp.admin` or a role that the operator lists for this credential. */
                credential: string;
            };
            /** @description How the gateway checks that a replica is ready. Default: `{"path":"/healthz"}`. */
            healthCheck?: {
                /**
                 * @description `http`: GET on `path` must answer 2xx. `tcp`: the port is open. `mcp`: a POST to the MCP endpoint is answered in MCP; Kubernetes cannot send one and checks the port instead. Absent: `http`, or `tcp` for a server without a health endpoint, which answers `path` with 404 or, at its default, with another 4xx than 401 and 429.
                 * @enum {string}
                 */
                type?: "http" | "tcp" | "mcp";
                /** @description Path that the type `http` checks. Default: `"/healthz"`. */
                path?: string;
            };
            /** @description Kubernetes resource requests and limits. The process runtime does not enforce them. Default: `{}`. */
            resources?: {
                /** @description Resources that the scheduler reserves for each replica. */
                requests?: {
                    /** @description Processors, such as `250m` or `2`. */
                    cpu?: string;
                    /** @description Bytes, such as `256Mi`. */
                    memory?: string;
                };
                /** @description Maximum resources of each replica. */
                limits?: {
                    /** @description Processors, such as `250m` or `2`. */
                    cpu?: string;
                    /** @description Bytes, such as `256Mi`. */
                    memory?: string;
                };
            };
            /** @description The gateway sets this field. POST ignores it; PUT answers 412 when it is not the current one. */
            readonly id?: unknown;
            /** @description The gateway sets this field. POST ignores it; PUT answers 412 when it is not the current one. */
            readonly generation?: unknown;
            /** @description The gateway sets this field and ignores it in requests. */
            readonly createdBy?: unknown;
            /** @description The gateway sets this field and ignores it in requests. */
            readonly tenant?: unknown;
            /** @description The gateway sets this field and ignores it in requests. */
            readonly createdAt?: unknown;
            /** @description The gateway sets this field and ignores it in requests. */
            readonly lastUpdatedAt?: unknown;
        };
        ToolResource: {
            /**
             * @description Name of the tool, for the API and for models.
             * @example weather
             */
            name: string;
            /**
             * @description Name of the image without registry, tag and digest.
             * @example mcp-example
             */
            imageName?: string;
            /**
             * @description Tag or digest of the image: `1.0.0`, `sha256:…`, or both as `1.0.0@sha256:…`.
             * @example 1.0.0
             */
            imageVersion?: string;
            /**
             * @description Environment variables of the server. `PORT`, `HOST` and `PATH` are set by the platform.
             * @default {}
             */
            environmentVariables?: {
                [key: string]: string;
            };
            /**
             * @description Variables from Secrets in the namespace of the adapters. The process runtime has none and refuses them.
             * @default {}
             */
            secretEnvironment?: {
                [key: string]: {
                    /** @description Name of the Secret. */
                    secret: string;
                    /** @description Key in the Secret. */
                    key: string;
                };
            };
            /**
             * @description Number of replicas of the server. 0 stops it.
             * @default 1
             */
            replicaCount?: number;
            /**
             * @description A text for people. The gateway does not use it.
             * @default
             */
            description: string;
            /**
             * @description The pods run with the Azure workload identity that the operator has set up. The caller needs a role for it.
             * @default false
             */
            useWorkloadIdentity?: boolean;
            /**
             * @description Holders of any of these roles may use the resource, as well as its creator and mcp.admin.
             * @default []
             */
            requiredRoles: string[];
            /** @description Name for people. */
            title?: string;
            /**
             * @description Icons for catalogues, in the form of MCP.
             * @default []
             */
            icons: components["schemas"]["Icon"][];
            /**
             * @description Words to filter lists by.
             * @default []
             */
            tags: string[];
            /** @description Where people read about it, as an https URL, or the text itself in Markdown. */
            documentation?: string;
            /** @description Who answers for it: a team, a person or an address. */
            owner?: string;
            /** @description A server that runs elsewhere, in place of `imageName` and `imageVersion`. The gateway runs nothing for it and connects to its URL. */
            remote?: {
                /**
                 * @description Source `openapi`: the URL before the paths of the document. Source `mcp`: the MCP endpoint. Source `http`: the URL that takes the arguments.
                 * @example https://api.example.com/v3
                 */
                url: string;
                /**
                 * @description Headers of each request to the server. Secrets belong into a credential (`upstreamAuth`).
                 * @default {}
                 */
                headers: {
                    [key: string]: string;
                };
            };
            /**
             * @description What executes the tools.
             * @default {
             *       "type": "http"
             *     }
             */
            source: {
                /**
                 * @description The server takes the arguments where `toolDefinition` says.
                 * @constant
                 */
                type: "http";
            } | {
                /**
                 * @description The server is an MCP server, which describes its tools itself.
                 * @constant
                 */
                type: "mcp";
                /**
                 * @description Port the server listens on in its container, 8000 by default. The process runtime assigns PORT instead. Absent with `remote`.
                 * @default 8000
                 */
                port?: number;
                /**
                 * @description URL path of its MCP endpoint, `/mcp` by default. Absent with `remote`.
                 * @default /mcp
                 */
                path?: string;
                /** @description Begins the names under which clients see the tools, such as `crm_` in `crm_search`; `""` for none. Absent: the name of the resource with `_`. */
                prefix?: string;
                /**
                 * @description `required`: tools and prompts are served once somebody has approved their definitions, and a change is held back until it is approved, too. Absent or `none`: they are served as the server defines them.
                 * @enum {string}
                 */
                approval?: "none" | "required";
                /**
                 * @description With `approval: required`, what clients see of a tool whose definition has changed: `last-approved`, also if absent, is the definition that was approved; `hidden` is nothing.
                 * @enum {string}
                 */
                whileChanged?: "last-approved" | "hidden";
            } | {
                /**
                 * @description Chosen tools, prompts and resources of an adapter. The tool has no server of its own.
                 * @constant
                 */
                type: "adapter";
                /**
                 * @description Name of the adapter. A caller sees its tools only with the right to use the adapter as well.
                 * @example mcp-example
                 */
                adapter: string;
                /** @description Tools of the adapter, by name; `*` stands for any characters. Absent: all of them; `[]`: none. */
                tools?: string[];
                /** @description Prompts of the adapter, by name; `*` stands for any characters. Absent: all of them; `[]`: none. */
                prompts?: string[];
                /** @description Resources and resource templates of the adapter, by URI, by name; `*` stands for any characters. Absent: all of them; `[]`: none. */
                resources?: string[];
                /** @description Begins the names under which clients see the tools, such as `crm_` in `crm_search`; `""` for none. Absent: the name of the resource with `_`. */
                prefix?: string;
                /**
                 * @description `required`: tools and prompts are served once somebody has approved their definitions, and a change is held back until it is approved, too. Absent or `none`: they are served as the server defines them.
                 * @enum {string}
                 */
                approval?: "none" | "required";
                /**
                 * @description With `approval: required`, what clients see of a tool whose definition has changed: `last-approved`, also if absent, is the definition that was approved; `hidden` is nothing.
                 * @enum {string}
                 */
                whileChanged?: "last-approved" | "hidden";
            } | {
                /**
                 * @description The server is an HTTP API, and chosen operations of its OpenAPI document become tools.
                 * @constant
                 */
                type: "openapi";
                /** @description The OpenAPI document (3.0 or 3.1). The gateway keeps the parts that the chosen operations need. It stands alone: every `$ref` begins with `#/components/` or `#/paths/`. Either this or `documentUrl`. */
                document?: {
                    [key: string]: unknown;
                };
                /**
                 * @description Where the server has its OpenAPI document, in JSON or YAML: a path, or with `remote` also a URL at the origin of `remote.url`. The gateway reads it when the server is there, and again every five minutes. Either this or `document`.
                 * @example /openapi.json
                 */
                documentUrl?: string;
                /** @description The operations that become tools: by `operationId`, or by method and path such as `GET /pets/{petId}`. `*` stands for any characters. They may be at most 128. */
                operations: string[];
                /**
                 * @description Port the server listens on in its container, 8000 by default. The process runtime assigns PORT instead. Absent with `remote`.
                 * @default 8000
                 */
                port?: number;
                /** @description URL path before the paths of the document, such as `/api/v3`. Absent: the path of `remote.url` unless that is `/`, else the path of the first of the `servers` in the document. Their hosts are never called. */
                path?: string;
                /** @description Begins the names under which clients see the tools, such as `crm_` in `crm_search`; `""` for none. Absent: the name of the resource with `_`. */
                prefix?: string;
                /**
                 * @description `required`, with `documentUrl` only: operations are served once somebody has approved their definitions and how they are called, and a change is held back until it is approved, too. Absent or `none`: they are served as the document defines them.
                 * @enum {string}
                 */
                approval?: "none" | "required";
                /**
                 * @description With `approval: required`, what clients see of an operation whose definition has changed: `last-approved`, also if absent, is the definition that was approved, and nothing if the operation is now called in another way; `hidden` is nothing.
                 * @enum {string}
                 */
                whileChanged?: "last-approved" | "hidden";
            };
            /** @description The definition that MCP clients get, and where the server takes the arguments. The source `http` needs it; with all others, the source describes its tools. */
            toolDefinition?: {
                /** @description The definition that MCP clients get (MCP, `Tool`). */
                tool: {
                    /** @description The same as the `name` of the resource. */
                    name: string;
                    /** @description Name for people. */
                    title?: string;
                    /** @description What the tool does, for models. */
                    description?: string;
                    /** @description JSON Schema (2020-12) of the arguments; its type is `object`. */
                    inputSchema: {
                        [key: string]: unknown;
                    };
                    /** @description JSON Schema (2020-12) of the structured result. */
                    outputSchema?: {
                        [key: string]: unknown;
                    };
                    /** @description Hints about the behaviour. Clients do not trust them. */
                    annotations?: {
                        /** @description Name for people. */
                        title?: string;
                        /** @description The tool changes nothing. */
                        readOnlyHint?: boolean;
                        /** @description The tool may delete or overwrite. */
                        destructiveHint?: boolean;
                        /** @description The same call again has no further effect. */
                        idempotentHint?: boolean;
                        /** @description The tool acts on things outside of its server. */
                        openWorldHint?: boolean;
                    } & {
                        [key: string]: unknown;
                    };
                    /** @description Icons for people. */
                    icons?: ({
                        /** @description URL of the image. */
                        src: string;
                        /** @description Media type of the image. */
                        mimeType?: string;
                        /** @description Sizes such as `48x48`. */
                        sizes?: string[];
                        /**
                         * @description The theme that the image is for.
                         * @enum {string}
                         */
                        theme?: "light" | "dark";
                    } & {
                        [key: string]: unknown;
                    })[];
                    /** @description How the tool runs. */
                    execution?: {
                        /**
                         * @description Whether clients may call the tool as a task. It cannot be `required`.
                         * @enum {string}
                         */
                        taskSupport?: "forbidden" | "optional" | "required";
                    } & {
                        [key: string]: unknown;
                    };
                    /** @description Metadata (MCP, `_meta`). */
                    _meta?: {
                        [key: string]: unknown;
                    };
                } & {
                    [key: string]: unknown;
                };
                /**
                 * @description Port the server listens on in its container, 8000 by default. The process runtime assigns PORT instead. Absent with `remote`.
                 * @default 8000
                 */
                port?: number;
                /**
                 * @description URL path that takes the arguments, `/score` by default. Absent with `remote`.
                 * @default /score
                 */
                path?: string;
                /**
                 * @description HTTP method with which the gateway sends the arguments as JSON.
                 * @default POST
                 * @enum {string}
                 */
                method: "POST" | "PUT" | "PATCH";
            };
            /** @description How the gateway authenticates its calls to the server. Absent: it sends no credentials. */
            upstreamAuth?: {
                /** @description Name of a credential that the operator has configured: of the type `header` or `client-credentials`, which are the same for all callers. The caller needs `mcp.admin` or a role that the operator lists for this credential. */
                credential: string;
            };
            /**
             * @description How the gateway checks that a replica is ready.
             * @default {
             *       "path": "/healthz"
             *     }
             */
            healthCheck?: {
                /**
                 * @description `http`: GET on `path` must answer 2xx. `tcp`: the port is open. `mcp`: a POST to the MCP endpoint is answered in MCP; Kubernetes cannot send one and checks the port instead. Absent: `http`, or `tcp` for a server without a health endpoint, which answers `path` with 404 or, at its default, with another 4xx than 401 and 429.
                 * @enum {string}
                 */
                type?: "http" | "tcp" | "mcp";
                /**
                 * @description Path that the type `http` checks.
                 * @default /healthz
                 */
                path: string;
            };
            /**
             * @description Kubernetes resource requests and limits. The process runtime does not enforce them.
             * @default {}
             */
            resources?: {
                /** @description Resources that the scheduler reserves for each replica. */
                requests?: {
                    /** @description Processors, such as `250m` or `2`. */
                    cpu?: string;
                    /** @description Bytes, such as `256Mi`. */
                    memory?: string;
                };
                /** @description Maximum resources of each replica. */
                limits?: {
                    /** @description Processors, such as `250m` or `2`. */
                    cpu?: string;
                    /** @description Bytes, such as `256Mi`. */
                    memory?: string;
                };
            };
            /**
             * Format: uuid
             * @description Differs between a tool and a later tool of the same name.
             */
            id: string;
            /** @description Counts the changes of the spec. */
            generation: number;
            /** @description Subject of the caller that registered the tool. */
            createdBy: string;
            /** @description Tenant that the tool belongs to: that of its creator. */
            tenant: string;
            /**
             * Format: date-time
             * @description When the tool was registered.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When the spec was last replaced.
             */
            lastUpdatedAt: string;
        };
        ToolsetBody: {
            /**
             * @description Name of the toolset; part of its URL.
             * @example support
             */
            name: string;
            /** @description Name for people; MCP clients show it. */
            title?: string;
            /** @description Icons for catalogues, in the form of MCP. Default: `[]`. */
            icons?: components["schemas"]["Icon"][];
            /** @description Words to filter lists by. Default: `[]`. */
            tags?: string[];
            /** @description Where people read about it, as an https URL, or the text itself in Markdown. */
            documentation?: string;
            /** @description Who answers for it: a team, a person or an address. */
            owner?: string;
            /** @description A text for people and models. MCP clients get it as instructions. Default: `""`. */
            description?: string;
            /** @description Holders of any of these roles may use the toolset, as well as its creator and mcp.admin. They see the tools in it that they may use. Default: `[]`. */
            requiredRoles?: string[];
            /** @description The tools in it. A tool follows the first entry that names it, or else the first whose pattern it matches. At most 32 patterns. */
            tools: {
                /**
                 * @description Exposed name of a tool, or a pattern in which `*` stands for any characters: `search_find`, `search_*`, `*`.
                 * @example search_*
                 */
                name: string;
                /** @description Selects among the tools of this source only. */
                source?: {
                    /**
                     * @description Kind of the source. The tools of an adapter come from the tool whose source it is.
                     * @enum {string}
                     */
                    kind: "tool";
                    /**
                     * @description Name of the source.
                     * @example mcp-example
                     */
                    name: string;
                };
                /** @description Name of the tool in this toolset. Only with an exact `name`. */
                as?: string;
                /** @description Title of the tool in this toolset. Only with an exact `name`. */
                title?: string;
                /** @description Description of the tool in this toolset, for models. Only with an exact `name`. */
                description?: string;
            }[];
            /**
             * @description Which names clients get. `portable`: 1 to 64 letters, digits, "_" and "-", which every client accepts. `mcp`: 1 to 128 letters, digits, "_", "-" and ".", as MCP recommends. Other names are altered and end with six characters that keep them apart. Default: `"portable"`.
             * @enum {string}
             */
            names?: "portable" | "mcp";
            /** @description With true, clients get two tools in place of the list: `find_tools`, which searches it, and `call_tool`, which calls a tool in it. For large sets. Default: `false`. */
            search?: boolean;
            /** @description What the audit records of calls through this toolset beyond what it records of all. The tools have the names that clients get here. Absent: never arguments. Only mcp.admin may set, change or remove it. */
            audit?: {
                /** @description Calls that are recorded with their arguments. */
                arguments: {
                    /** @description Names of the tools; `*` is every tool. */
                    tools: string[];
                    /** @description What the record leaves out: names of properties, at any depth and in any case, and JSON pointers (RFC 6901) into the arguments. Names that look like secrets, such as `password`, are always left out. Default: `[]`. */
                    redact?: string[];
                };
            };
            /** @description The gateway sets this field. POST ignores it; PUT answers 412 when it is not the current one. */
            readonly id?: unknown;
            /** @description The gateway sets this field. POST ignores it; PUT answers 412 when it is not the current one. */
            readonly generation?: unknown;
            /** @description The gateway sets this field and ignores it in requests. */
            readonly createdBy?: unknown;
            /** @description The gateway sets this field and ignores it in requests. */
            readonly tenant?: unknown;
            /** @description The gateway sets this field and ignores it in requests. */
            readonly createdAt?: unknown;
            /** @description The gateway sets this field and ignores it in requests. */
            readonly lastUpdatedAt?: unknown;
        };
        ToolsetResource: {
            /**
             * @description Name of the toolset; part of its URL.
             * @example support
             */
            name: string;
            /** @description Name for people; MCP clients show it. */
            title?: string;
            /**
             * @description Icons for catalogues, in the form of MCP.
             * @default []
             */
            icons: components["schemas"]["Icon"][];
            /**
             * @description Words to filter lists by.
             * @default []
             */
            tags: string[];
            /** @description Where people read about it, as an https URL, or the text itself in Markdown. */
            documentation?: string;
            /** @description Who answers for it: a team, a person or an address. */
            owner?: string;
            /**
             * @description A text for people and models. MCP clients get it as instructions.
             * @default
             */
            description: string;
            /**
             * @description Holders of any of these roles may use the toolset, as well as its creator and mcp.admin. They see the tools in it that they may use.
             * @default []
             */
            requiredRoles: string[];
            /** @description The tools in it. A tool follows the first entry that names it, or else the first whose pattern it matches. At most 32 patterns. */
            tools: {
                /**
                 * @description Exposed name of a tool, or a pattern in which `*` stands for any characters: `search_find`, `search_*`, `*`.
                 * @example search_*
                 */
                name: string;
                /** @description Selects among the tools of this source only. */
                source?: {
                    /**
                     * @description Kind of the source. The tools of an adapter come from the tool whose source it is.
                     * @enum {string}
                     */
                    kind: "tool";
                    /**
                     * @description Name of the source.
                     * @example mcp-example
                     */
                    name: string;
                };
                /** @description Name of the tool in this toolset. Only with an exact `name`. */
                as?: string;
                /** @description Title of the tool in this toolset. Only with an exact `name`. */
                title?: string;
                /** @description Description of the tool in this toolset, for models. Only with an exact `name`. */
                description?: string;
            }[];
            /**
             * @description Which names clients get. `portable`: 1 to 64 letters, digits, "_" and "-", which every client accepts. `mcp`: 1 to 128 letters, digits, "_", "-" and ".", as MCP recommends. Other names are altered and end with six characters that keep them apart.
             * @default portable
             * @enum {string}
             */
            names: "portable" | "mcp";
            /**
             * @description With true, clients get two tools in place of the list: `find_tools`, which searches it, and `call_tool`, which calls a tool in it. For large sets.
             * @default false
             */
            search: boolean;
            /** @description What the audit records of calls through this toolset beyond what it records of all. The tools have the names that clients get here. Absent: never arguments. Only mcp.admin may set, change or remove it. */
            audit?: {
                /** @description Calls that are recorded with their arguments. */
                arguments: {
                    /** @description Names of the tools; `*` is every tool. */
                    tools: string[];
                    /**
                     * @description What the record leaves out: names of properties, at any depth and in any case, and JSON pointers (RFC 6901) into the arguments. Names that look like secrets, such as `password`, are always left out.
                     * @default []
                     */
                    redact: string[];
                };
            };
            /**
             * Format: uuid
             * @description Differs between a toolset and a later toolset of the same name.
             */
            id: string;
            /** @description Counts the changes of the spec. */
            generation: number;
            /** @description Subject of the caller that registered the toolset. */
            createdBy: string;
            /** @description Tenant that the toolset belongs to: that of its creator. */
            tenant: string;
            /**
             * Format: date-time
             * @description When the toolset was registered.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When the spec was last replaced.
             */
            lastUpdatedAt: string;
        };
        ToolsetStatus: {
            /** @description Name of the toolset. */
            name: string;
            phase: components["schemas"]["Phase"];
            /** @description Counts the changes of the spec. */
            generation: number;
            /** @description The last generation that the worker has acted on; below `generation` while a change waits. */
            observedGeneration: number;
            /** @description Facts about the toolset. */
            conditions: components["schemas"]["Condition"][];
        };
        ToolStatus: {
            /** @description Name of the tool. */
            name: string;
            phase: components["schemas"]["Phase"];
            /** @description Counts the changes of the spec. */
            generation: number;
            /** @description The last generation that the worker has acted on; below `generation` while a change waits. */
            observedGeneration: number;
            /** @description `replicaCount` of the spec. */
            desiredReplicas: number;
            /** @description Replicas that get requests. */
            readyReplicas: number;
            /** @description Replicas that run the current spec. */
            updatedReplicas: number;
            /** @description The same as `readyReplicas`. */
            availableReplicas: number;
            /** @description Image of the spec, without the registry. Absent where nothing runs. */
            image?: string;
            /** @description One sentence about the replicas. */
            replicaStatus: string;
            /** @description Facts about the tool. */
            conditions: components["schemas"]["Condition"][];
            /** @description The replicas as the worker last saw them. */
            replicas: components["schemas"]["ReplicaStatus"][];
        };
        /** @description A request, a notification or a response of JSON-RPC 2.0. MCP defines its contents. */
        JsonRpcMessage: {
            /**
             * @description Version of JSON-RPC.
             * @constant
             */
            jsonrpc: "2.0";
            /** @description Id of a request and of its response. */
            id?: string | number;
            /** @description Name of the method that a request or a notification calls. */
            method?: string;
            /** @description Parameters of the method. */
            params?: Record<string, never>;
            /** @description Result in a response. */
            result?: Record<string, never>;
            /** @description Error in the response to a request that failed. */
            error?: Record<string, never>;
        };
        /** @description An error of the gateway on MCP paths. */
        JsonRpcError: {
            /**
             * @description Version of JSON-RPC.
             * @constant
             */
            jsonrpc: "2.0";
            /** @description Id of the request, if the gateway knows it. */
            id?: string | number | null;
            /** @description What is wrong. */
            error: {
                /** @description Code of JSON-RPC. */
                code: number;
                /** @description What is wrong and what to do, for people. */
                message: string;
                /** @description Data for programs. */
                data?: {
                    /** @description The kind of error, such as `SESSION_NOT_FOUND`. */
                    code?: string;
                };
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listAdapters: {
        parameters: {
            query?: {
                /** @description How many entries at most. */
                limit?: number;
                /** @description Begin of the page, from the Link header of the previous page. */
                cursor?: string;
                /** @description Words to search for, in any case. Each is in the name, the title, the description, the owner, a tag or the name of the image. */
                q?: string;
                /** @description Only entries with this tag; with all of several, separated by commas. */
                tag?: string;
                /** @description Only entries in this phase; in one of several, separated by commas. */
                phase?: string;
                /** @description Order of the entries; `-` is the other way round. */
                sort?: "name" | "-name" | "createdAt" | "-createdAt" | "lastUpdatedAt" | "-lastUpdatedAt";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    /** @description rel="next" when there is more (RFC 8288). */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdapterResource"][];
                };
            };
            /** @description A parameter is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createAdapter: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The spec. Fields that are absent or null get their defaults. Names of fields may have any case. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["AdapterBody"];
            };
        };
        responses: {
            /** @description The adapter is registered. /status reports on the deployment. */
            201: {
                headers: {
                    /** @description Names this generation; send it as If-Match. */
                    ETag?: string;
                    /** @description URL of the adapter. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdapterResource"];
                };
            };
            /** @description The body is not a valid spec; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description You may not use `useWorkloadIdentity`, `audit`, this `upstreamAuth` or this `tls`. Or: requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The name is taken. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tenant has as many adapters and tools, or as many replicas, as its quota permits. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdapter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the adapter. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The adapter. */
            200: {
                headers: {
                    /** @description Names this generation; send it as If-Match. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdapterResource"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The adapter does not exist, or you may not read it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replaceAdapter: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETag of the generation that you read. The gateway changes no other generation. */
                "If-Match"?: string;
            };
            path: {
                /** @description Name of the adapter. */
                name: string;
            };
            cookie?: never;
        };
        /** @description The spec. Fields that are absent or null get their defaults. Names of fields may have any case. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["AdapterBody"];
            };
        };
        responses: {
            /** @description The spec is replaced. /status reports on the rollout. */
            200: {
                headers: {
                    /** @description Names this generation; send it as If-Match. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdapterResource"];
                };
            };
            /** @description The body is not a valid spec; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description You may read the adapter but not change it, or you may not use `useWorkloadIdentity`, `audit`, this `upstreamAuth` or this `tls`. Or: requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The adapter does not exist, or you may not read it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The adapter has changed since you read it: If-Match, or the `id` or `generation` in the body, is not current. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tenant has as many adapters and tools, or as many replicas, as its quota permits. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached, or other callers keep changing the adapter; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteAdapter: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETag of the generation that you read. The gateway changes no other generation. */
                "If-Match"?: string;
            };
            path: {
                /** @description Name of the adapter. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The adapter is removed. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description You may read the adapter but not change it, or you may not use `useWorkloadIdentity`, `audit`, this `upstreamAuth` or this `tls`. Or: requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The adapter does not exist, or you may not read it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The adapter has changed since you read it: If-Match, or the `id` or `generation` in the body, is not current. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached, or other callers keep changing the adapter; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdapterStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the adapter. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The status that the worker last saw. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdapterStatus"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The adapter does not exist, or you may not read it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdapterLogs: {
        parameters: {
            query?: {
                /** @description Ordinal of the replica, from 0. */
                instance?: number;
                /** @description How many of the last lines. */
                tail?: number;
                /** @description Continue with lines that the replica writes from now on. */
                follow?: boolean;
                /** @description Read the log of the process before the current one. Kubernetes only. */
                previous?: boolean;
                /** @description Only lines that are younger than this, such as 30s, 10m or 2h. Kubernetes only. */
                since?: string;
                /** @description The original bytes. By default the gateway escapes control characters, as in \u001b. */
                raw?: boolean;
            };
            header?: never;
            path: {
                /** @description Name of the adapter. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lines of the log, or a sentence while it is empty. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A parameter is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The adapter does not exist, or you may not read it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSessions: {
        parameters: {
            query?: {
                /** @description How many entries at most. */
                limit?: number;
                /** @description Begin of the page, from the Link header of the previous page. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Name of the adapter. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page, by id. */
            200: {
                headers: {
                    /** @description rel="next" when there is more (RFC 8288). */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionResource"][];
                };
            };
            /** @description A parameter is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The adapter does not exist, or you may not read it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database or Redis cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the adapter. */
                name: string;
                /** @description Id of the session, as listed. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The adapter or the session does not exist, or you may not see it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database or Redis cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTools: {
        parameters: {
            query?: {
                /** @description How many entries at most. */
                limit?: number;
                /** @description Begin of the page, from the Link header of the previous page. */
                cursor?: string;
                /** @description Words to search for, in any case. Each is in the name, the title, the description, the owner, a tag or the name of the image. */
                q?: string;
                /** @description Only entries with this tag; with all of several, separated by commas. */
                tag?: string;
                /** @description Only entries in this phase; in one of several, separated by commas. */
                phase?: string;
                /** @description Order of the entries; `-` is the other way round. */
                sort?: "name" | "-name" | "createdAt" | "-createdAt" | "lastUpdatedAt" | "-lastUpdatedAt";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    /** @description rel="next" when there is more (RFC 8288). */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolResource"][];
                };
            };
            /** @description A parameter is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createTool: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The spec. Fields that are absent or null get their defaults. Names of fields may have any case. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["ToolBody"];
            };
        };
        responses: {
            /** @description The tool is registered. /status reports on the deployment. */
            201: {
                headers: {
                    /** @description Names this generation; send it as If-Match. */
                    ETag?: string;
                    /** @description URL of the tool. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolResource"];
                };
            };
            /** @description The body is not a valid spec; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description You may not use `useWorkloadIdentity` or this `upstreamAuth`. Or: requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The name is taken. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tenant has as many adapters and tools, or as many replicas, as its quota permits. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the tool. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tool. */
            200: {
                headers: {
                    /** @description Names this generation; send it as If-Match. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolResource"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tool does not exist, or you may not read it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replaceTool: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETag of the generation that you read. The gateway changes no other generation. */
                "If-Match"?: string;
            };
            path: {
                /** @description Name of the tool. */
                name: string;
            };
            cookie?: never;
        };
        /** @description The spec. Fields that are absent or null get their defaults. Names of fields may have any case. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["ToolBody"];
            };
        };
        responses: {
            /** @description The spec is replaced. /status reports on the rollout. */
            200: {
                headers: {
                    /** @description Names this generation; send it as If-Match. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolResource"];
                };
            };
            /** @description The body is not a valid spec; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description You may read the tool but not change it, or you may not use `useWorkloadIdentity` or this `upstreamAuth`. Or: requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tool does not exist, or you may not read it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tool has changed since you read it: If-Match, or the `id` or `generation` in the body, is not current. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tenant has as many adapters and tools, or as many replicas, as its quota permits. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached, or other callers keep changing the tool; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteTool: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETag of the generation that you read. The gateway changes no other generation. */
                "If-Match"?: string;
            };
            path: {
                /** @description Name of the tool. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tool is removed. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description You may read the tool but not change it, or you may not use `useWorkloadIdentity` or this `upstreamAuth`. Or: requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tool does not exist, or you may not read it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tool has changed since you read it: If-Match, or the `id` or `generation` in the body, is not current. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached, or other callers keep changing the tool; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getToolStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the tool. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The status that the worker last saw. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolStatus"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tool does not exist, or you may not read it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getToolLogs: {
        parameters: {
            query?: {
                /** @description Ordinal of the replica, from 0. */
                instance?: number;
                /** @description How many of the last lines. */
                tail?: number;
                /** @description Continue with lines that the replica writes from now on. */
                follow?: boolean;
                /** @description Read the log of the process before the current one. Kubernetes only. */
                previous?: boolean;
                /** @description Only lines that are younger than this, such as 30s, 10m or 2h. Kubernetes only. */
                since?: string;
                /** @description The original bytes. By default the gateway escapes control characters, as in \u001b. */
                raw?: boolean;
            };
            header?: never;
            path: {
                /** @description Name of the tool. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lines of the log, or a sentence while it is empty. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A parameter is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tool does not exist, or you may not read it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDefinitionChanges: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the tool. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The definitions and their changes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DefinitionChanges"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tool does not exist, or you may not read it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approveDefinitions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the tool. */
                name: string;
            };
            cookie?: never;
        };
        /** @description `kind`, `name` and `hash` of the changes that you agree to. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApprovalBody"];
            };
        };
        responses: {
            /** @description They are approved. The answer has the changes that remain. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DefinitionChanges"];
                };
            };
            /** @description The body is not valid, the tool needs no approval, or a definition is too large to be approved. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description You may read the tool but not change it. Or: requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tool does not exist, or you may not read it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A definition has changed since you read it. Nothing is approved. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached, or other callers keep changing the tool; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listToolsets: {
        parameters: {
            query?: {
                /** @description How many entries at most. */
                limit?: number;
                /** @description Begin of the page, from the Link header of the previous page. */
                cursor?: string;
                /** @description Words to search for, in any case. Each is in the name, the title, the description, the owner, a tag or the name of the image. */
                q?: string;
                /** @description Only entries with this tag; with all of several, separated by commas. */
                tag?: string;
                /** @description Only entries in this phase; in one of several, separated by commas. */
                phase?: string;
                /** @description Order of the entries; `-` is the other way round. */
                sort?: "name" | "-name" | "createdAt" | "-createdAt" | "lastUpdatedAt" | "-lastUpdatedAt";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    /** @description rel="next" when there is more (RFC 8288). */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolsetResource"][];
                };
            };
            /** @description A parameter is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createToolset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The spec. Fields that are absent or null get their defaults. Names of fields may have any case. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["ToolsetBody"];
            };
        };
        responses: {
            /** @description The toolset is registered. /status reports on the publication. */
            201: {
                headers: {
                    /** @description Names this generation; send it as If-Match. */
                    ETag?: string;
                    /** @description URL of the toolset. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolsetResource"];
                };
            };
            /** @description The body is not a valid spec; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description You may not use `audit`, or your API key is restricted to other resources. Or: requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The name is taken. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tenant has 200 toolsets, the maximum. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getToolset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the toolset. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The toolset. */
            200: {
                headers: {
                    /** @description Names this generation; send it as If-Match. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolsetResource"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The toolset does not exist, or you may not read it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replaceToolset: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETag of the generation that you read. The gateway changes no other generation. */
                "If-Match"?: string;
            };
            path: {
                /** @description Name of the toolset. */
                name: string;
            };
            cookie?: never;
        };
        /** @description The spec. Fields that are absent or null get their defaults. Names of fields may have any case. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["ToolsetBody"];
            };
        };
        responses: {
            /** @description The spec is replaced. /status reports on the publication. */
            200: {
                headers: {
                    /** @description Names this generation; send it as If-Match. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolsetResource"];
                };
            };
            /** @description The toolset is created. */
            201: {
                headers: {
                    /** @description Names this generation; send it as If-Match. */
                    ETag?: string;
                    /** @description URL of the toolset. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolsetResource"];
                };
            };
            /** @description The body is not a valid spec; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description You may read the toolset but not change it, or you may not use `audit`. Or: requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The name is taken. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The toolset has changed since you read it: If-Match, or the `id` or `generation` in the body, is not current. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tenant has 200 toolsets, the maximum. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached, or other callers keep changing the toolset; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteToolset: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETag of the generation that you read. The gateway changes no other generation. */
                "If-Match"?: string;
            };
            path: {
                /** @description Name of the toolset. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The toolset is removed. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description You may read the toolset but not change it, or you may not use `audit`. Or: requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The toolset does not exist, or you may not read it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The toolset has changed since you read it: If-Match, or the `id` or `generation` in the body, is not current. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached, or other callers keep changing the toolset; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getToolsetStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the toolset. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The status that the worker last saw. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolsetStatus"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The toolset does not exist, or you may not read it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRegistryServers: {
        parameters: {
            query?: {
                /** @description Begin of the page: `metadata.nextCursor` of the previous page. */
                cursor?: string;
                /** @description How many servers at most. */
                limit?: number;
                /** @description Only servers with this text in name, title, description, owner or tags, in any case. */
                search?: string;
                /** @description Only servers whose spec was replaced at this time or later. */
                updated_since?: string;
                /** @description Only servers in this version; `latest` is every server in its only version. */
                version?: string;
                /** @description Has no effect: the gateway keeps no deleted servers. */
                include_deleted?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegistryList"];
                };
            };
            /** @description A parameter is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRegistryServerVersions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the server with its slash encoded, such as `com.example.tools%2Fecho`. */
                server: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegistryList"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server does not exist, has no such version, or you may not use it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRegistryServerVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the server with its slash encoded, such as `com.example.tools%2Fecho`. */
                server: string;
                /** @description A version, or `latest`. */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The server. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegistryServer"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server does not exist, has no such version, or you may not use it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    streamEvents: {
        parameters: {
            query?: {
                /** @description Begin after the event with this id, or at this time. Absent: begin now. The header `Last-Event-ID`, which browsers send when they connect again, comes before it. */
                since?: string;
                /** @description Only events of this kind. */
                kind?: "adapter" | "tool" | "toolset" | "tenant" | "quota";
                /** @description Only events of resources with this name, or of the tenant with this id. */
                name?: string;
            };
            header?: {
                /** @description Id of the last event that you have. It comes before `since`. */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events until the client leaves. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description A parameter is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description You have 20 streams open at this control plane, the maximum. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTenants: {
        parameters: {
            query?: {
                /** @description How many entries at most. */
                limit?: number;
                /** @description Begin of the page, from the Link header of the previous page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    /** @description rel="next" when there is more (RFC 8288). */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantResource"][];
                };
            };
            /** @description A parameter is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createTenant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Absent fields are empty. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["TenantBody"];
            };
        };
        responses: {
            /** @description The tenant is created. */
            201: {
                headers: {
                    /** @description Names the tenant without its quota; send it as If-Match. */
                    ETag?: string;
                    /** @description URL of the tenant. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantResource"];
                };
            };
            /** @description The body is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Only `mcp.admin` may do this. Or: requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The id is taken. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tenant. */
            200: {
                headers: {
                    /** @description Names the tenant without its quota; send it as If-Match. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantResource"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tenant does not exist, or you may not see it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replaceTenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETag of the tenant that you read. The gateway changes no other. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of the tenant. */
                id: string;
            };
            cookie?: never;
        };
        /** @description Absent fields are empty. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["TenantBody"];
            };
        };
        responses: {
            /** @description The tenant is replaced. */
            200: {
                headers: {
                    /** @description Names the tenant without its quota; send it as If-Match. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantResource"];
                };
            };
            /** @description The body is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Only `mcp.admin` may do this. Or: requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tenant does not exist, or you may not see it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match names no current state: the tenant has changed since you read it. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteTenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETag of the tenant that you read. The gateway changes no other. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of the tenant. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tenant is removed. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Only `mcp.admin` may do this. Or: requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tenant does not exist, or you may not see it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Adapters, tools or toolsets belong to the tenant. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match names no current state: the tenant has changed since you read it. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getQuota: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Limits and use. */
            200: {
                headers: {
                    /** @description Names the limits; send it as If-Match. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaResource"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tenant does not exist, or you may not see it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database or Redis cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replaceQuota: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETag of the limits that you read. The gateway changes no other. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of the tenant. */
                id: string;
            };
            cookie?: never;
        };
        /** @description Absent fields are empty. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Quota"];
            };
        };
        responses: {
            /** @description The limits are replaced. */
            200: {
                headers: {
                    /** @description Names the limits; send it as If-Match. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaResource"];
                };
            };
            /** @description The body is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Only `mcp.admin` may do this. Or: requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The tenant does not exist, or you may not see it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match names no current state: the limits have changed since you read it. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database or Redis cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listApiKeys: {
        parameters: {
            query?: {
                /** @description How many entries at most. */
                limit?: number;
                /** @description Begin of the page, from the Link header of the previous page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    /** @description rel="next" when there is more (RFC 8288). */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyResource"][];
                };
            };
            /** @description A parameter is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description What the key is for, and what it may. Names of fields may have any case. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyBody"];
            };
        };
        responses: {
            /** @description The key. Store it now. */
            201: {
                headers: {
                    /** @description URL of the key, without its secret. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyCreated"];
                };
            };
            /** @description The body is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description You do not have one of the roles yourself, or you have signed in with an API key. Or: requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description You have as many API keys as you may have. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is larger than 1 MiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the key: the part of a key between its first two underscores. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyResource"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the key: the part of a key between its first two underscores. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key is revoked. Data planes that know it accept it until they reach Redis again, for an hour at most. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The key is revoked. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAuditRecords: {
        parameters: {
            query?: {
                /** @description Only requests that began at this time or later. */
                since?: string;
                /** @description Only requests that began before this time. */
                until?: string;
                /** @description Only what this caller did. */
                subject?: string;
                /** @description Only this action; with `*` at the end all that begin so, as `adapter.*`. */
                action?: string;
                /** @description Only requests for this resource, such as `adapter/echo`. */
                resource?: string;
                /** @description Only requests that ended so. */
                outcome?: "success" | "refused" | "failed" | "aborted";
                /** @description Only what callers of this tenant did, and what was done to its resources. */
                tenant?: string;
                /** @description How many records at most. */
                limit?: number;
                /** @description Begin of the page, from the Link header of the previous page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    /** @description rel="next" when there is more (RFC 8288). */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEntry"][];
                };
            };
            /** @description A parameter is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description You administer neither everything nor a tenant. Or: requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportAuditRecords: {
        parameters: {
            query?: {
                /** @description Only requests that began at this time or later. */
                since?: string;
                /** @description Only requests that began before this time. */
                until?: string;
                /** @description Only what this caller did. */
                subject?: string;
                /** @description Only this action; with `*` at the end all that begin so, as `adapter.*`. */
                action?: string;
                /** @description Only requests for this resource, such as `adapter/echo`. */
                resource?: string;
                /** @description Only requests that ended so. */
                outcome?: "success" | "refused" | "failed" | "aborted";
                /** @description Only what callers of this tenant did, and what was done to its resources. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One AuditEntry as JSON in each line. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            /** @description A parameter is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description You administer neither everything nor a tenant. Or: requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explainPermission: {
        parameters: {
            query: {
                /** @description Kind and name of the resource, such as `adapter/echo`. */
                resource: string;
                /** @description `read` is to use and read the resource; `write` is to change and remove it. */
                action?: "read" | "write";
                /** @description Subject of a caller; yourself if absent. Others need `mcp.admin`. */
                principal?: string;
                /** @description Roles of that caller, separated by commas. Absent: your own, or none for another caller. */
                roles?: string;
                /** @description Id of an API key, instead of `principal` and `roles`: what a caller may do that signs in with it. */
                apiKey?: string;
                /** @description Method of the message, such as `tools/list`; `tools/call` if `tool` is given. */
                method?: string;
                /** @description Name of the tool of a `tools/call`. */
                tool?: string;
                /** @description Arguments of the call, as a JSON object. */
                arguments?: string;
                /** @description Headers of the request, as a JSON object of texts. Names in lower case. */
                headers?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The decision. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PermissionExplanation"];
                };
            };
            /** @description A parameter is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Only `mcp.admin` may ask about other callers or roles. Or: requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The resource or the API key does not exist, or you may not read it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openMcpStream: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the session, from the answer to `initialize`. MCP 2026-07-28 has no sessions. */
                "Mcp-Session-Id"?: string;
                /** @description Version of MCP that client and server agreed on. */
                "MCP-Protocol-Version"?: string;
                /** @description Id of the last event that the client has received. The stream resumes after it. */
                "Last-Event-ID"?: string;
            };
            path: {
                /** @description Name of the adapter. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Messages of the server as events, while both sides keep the stream open. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description A policy of the adapter does not permit the message, or requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The adapter or toolset does not exist or you may not use it, or the session does not exist: initialize a new one. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The server offers no stream. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The server disconnected or gave no valid answer. The message says whether the call may have run. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description No replica is ready, or a part that the request needs is unavailable. Try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
        };
    };
    postMcpMessage: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the session, from the answer to `initialize`. MCP 2026-07-28 has no sessions. */
                "Mcp-Session-Id"?: string;
                /** @description Version of MCP that client and server agreed on. */
                "MCP-Protocol-Version"?: string;
            };
            path: {
                /** @description Name of the adapter. */
                name: string;
            };
            cookie?: never;
        };
        /** @description One JSON-RPC message. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["JsonRpcMessage"];
            };
        };
        responses: {
            /** @description The answer of the server: a message, or an event stream that ends with the message. */
            200: {
                headers: {
                    /** @description Id of the session that the answer opens. */
                    "Mcp-Session-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcMessage"];
                    "text/event-stream": string;
                };
            };
            /** @description A notification or a response is accepted. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description A policy of the adapter does not permit the message, or requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The adapter or toolset does not exist or you may not use it, or the session does not exist: initialize a new one. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The message is larger than the operator allows; 4 MiB unless configured. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description Too many sessions are open, or the quota of the tenant is used up. Try again after Retry-After. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The server disconnected or gave no valid answer. The message says whether the call may have run. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description No replica is ready, or a part that the request needs is unavailable. Try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The server did not answer in time. The call may or may not have run. */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
        };
    };
    endMcpSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the session, from the answer to `initialize`. MCP 2026-07-28 has no sessions. */
                "Mcp-Session-Id"?: string;
                /** @description Version of MCP that client and server agreed on. */
                "MCP-Protocol-Version"?: string;
            };
            path: {
                /** @description Name of the adapter. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description A policy of the adapter does not permit the message, or requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The adapter or toolset does not exist or you may not use it, or the session does not exist: initialize a new one. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The server disconnected or gave no valid answer. The message says whether the call may have run. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description No replica is ready, or a part that the request needs is unavailable. Try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
        };
    };
    openSseStream: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the adapter. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The `endpoint` event, then messages of the server. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description A policy of the adapter does not permit the message, or requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The adapter or toolset does not exist or you may not use it, or the session does not exist: initialize a new one. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description Too many sessions are open, or the quota of the tenant is used up. Try again after Retry-After. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The server disconnected or gave no valid answer. The message says whether the call may have run. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description No replica is ready, or a part that the request needs is unavailable. Try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
        };
    };
    postSseMessage: {
        parameters: {
            query: {
                /** @description The value in the URL of the `endpoint` event. */
                sessionId: string;
            };
            header?: never;
            path: {
                /** @description Name of the adapter. */
                name: string;
            };
            cookie?: never;
        };
        /** @description One JSON-RPC message. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["JsonRpcMessage"];
            };
        };
        responses: {
            /** @description A notification or a response is accepted. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description A policy of the adapter does not permit the message, or requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The adapter or toolset does not exist or you may not use it, or the session does not exist: initialize a new one. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The message is larger than the operator allows; 4 MiB unless configured. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The server disconnected or gave no valid answer. The message says whether the call may have run. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description No replica is ready, or a part that the request needs is unavailable. Try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The server did not answer in time. The call may or may not have run. */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
        };
    };
    openStreamOfTools: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the session, from the answer to `initialize`. MCP 2026-07-28 has no sessions. */
                "Mcp-Session-Id"?: string;
                /** @description Version of MCP that client and server agreed on. */
                "MCP-Protocol-Version"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Messages as events, while both sides keep the stream open. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description A policy of the adapter does not permit the message, or requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The adapter or toolset does not exist or you may not use it, or the session does not exist: initialize a new one. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description There is no stream. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The server disconnected or gave no valid answer. The message says whether the call may have run. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description No replica is ready, or a part that the request needs is unavailable. Try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
        };
    };
    postMessageToTools: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the session, from the answer to `initialize`. MCP 2026-07-28 has no sessions. */
                "Mcp-Session-Id"?: string;
                /** @description Version of MCP that client and server agreed on. */
                "MCP-Protocol-Version"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description One JSON-RPC message. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["JsonRpcMessage"];
            };
        };
        responses: {
            /** @description The answer: a message, or an event stream that ends with the message. */
            200: {
                headers: {
                    /** @description Id of the session that the answer opens. */
                    "Mcp-Session-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcMessage"];
                    "text/event-stream": string;
                };
            };
            /** @description A notification or a response is accepted. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description A policy of the adapter does not permit the message, or requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The adapter or toolset does not exist or you may not use it, or the session does not exist: initialize a new one. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The message is larger than the operator allows; 4 MiB unless configured. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description Too many sessions are open, or the quota of the tenant is used up. Try again after Retry-After. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The server disconnected or gave no valid answer. The message says whether the call may have run. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description No replica is ready, or a part that the request needs is unavailable. Try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The server did not answer in time. The call may or may not have run. */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
        };
    };
    endSessionOfTools: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the session, from the answer to `initialize`. MCP 2026-07-28 has no sessions. */
                "Mcp-Session-Id"?: string;
                /** @description Version of MCP that client and server agreed on. */
                "MCP-Protocol-Version"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description A policy of the adapter does not permit the message, or requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The adapter or toolset does not exist or you may not use it, or the session does not exist: initialize a new one. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The server disconnected or gave no valid answer. The message says whether the call may have run. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description No replica is ready, or a part that the request needs is unavailable. Try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
        };
    };
    openStreamOfToolset: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the session, from the answer to `initialize`. MCP 2026-07-28 has no sessions. */
                "Mcp-Session-Id"?: string;
                /** @description Version of MCP that client and server agreed on. */
                "MCP-Protocol-Version"?: string;
            };
            path: {
                /** @description Name of the toolset. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Messages as events, while both sides keep the stream open. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description A policy of the adapter does not permit the message, or requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The adapter or toolset does not exist or you may not use it, or the session does not exist: initialize a new one. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description There is no stream. */
            405: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The server disconnected or gave no valid answer. The message says whether the call may have run. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description No replica is ready, or a part that the request needs is unavailable. Try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
        };
    };
    postMessageToToolset: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the session, from the answer to `initialize`. MCP 2026-07-28 has no sessions. */
                "Mcp-Session-Id"?: string;
                /** @description Version of MCP that client and server agreed on. */
                "MCP-Protocol-Version"?: string;
            };
            path: {
                /** @description Name of the toolset. */
                name: string;
            };
            cookie?: never;
        };
        /** @description One JSON-RPC message. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["JsonRpcMessage"];
            };
        };
        responses: {
            /** @description The answer: a message, or an event stream that ends with the message. */
            200: {
                headers: {
                    /** @description Id of the session that the answer opens. */
                    "Mcp-Session-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcMessage"];
                    "text/event-stream": string;
                };
            };
            /** @description A notification or a response is accepted. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description A policy of the adapter does not permit the message, or requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The adapter or toolset does not exist or you may not use it, or the session does not exist: initialize a new one. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The message is larger than the operator allows; 4 MiB unless configured. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description Too many sessions are open, or the quota of the tenant is used up. Try again after Retry-After. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The server disconnected or gave no valid answer. The message says whether the call may have run. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description No replica is ready, or a part that the request needs is unavailable. Try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The server did not answer in time. The call may or may not have run. */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
        };
    };
    endSessionOfToolset: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the session, from the answer to `initialize`. MCP 2026-07-28 has no sessions. */
                "Mcp-Session-Id"?: string;
                /** @description Version of MCP that client and server agreed on. */
                "MCP-Protocol-Version"?: string;
            };
            path: {
                /** @description Name of the toolset. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request does not identify its caller in a way that the gateway accepts. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description A policy of the adapter does not permit the message, or requests from this web origin or for this host are not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The adapter or toolset does not exist or you may not use it, or the session does not exist: initialize a new one. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description The server disconnected or gave no valid answer. The message says whether the call may have run. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
            /** @description No replica is ready, or a part that the request needs is unavailable. Try again after Retry-After. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonRpcError"];
                };
            };
        };
    };
}
