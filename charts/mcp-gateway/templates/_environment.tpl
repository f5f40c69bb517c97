{{/* Variables of all services. */}}
{{- define "mcp-gateway.sharedVariables" -}}
- { name: MCP_GATEWAY_LOG_LEVEL, value: {{ .Values.logLevel }} }
- { name: REDIS_PREFIX, value: {{ .Values.redis.prefix | quote }} }
{{- if .Values.redis.cluster }}
- { name: REDIS_CLUSTER, value: "on" }
{{- end }}
- name: REDIS_URL
  valueFrom:
    secretKeyRef: {{ include "mcp-gateway.redisSecret" . }}
{{- with include "mcp-gateway.metricsVariables" . }}
{{ . }}
{{- end }}
{{- end -}}

{{/* Variables of the services that callers reach: data plane and control plane. */}}
{{- define "mcp-gateway.callerVariables" -}}
- { name: MCP_GATEWAY_HOST, value: "::" }
- { name: PORT, value: "8000" }
- { name: MCP_GATEWAY_AUDIT, value: {{ .Values.audit.mode | quote }} }
- { name: MCP_GATEWAY_AUDIT_RETENTION_DAYS, value: {{ .Values.audit.retentionDays | quote }} }
{{- with .Values.allowedOrigins }}
- { name: MCP_GATEWAY_ALLOWED_ORIGINS, value: {{ join "," . | quote }} }
{{- end }}
{{- with .Values.adapters.allowedCallers }}
- { name: MCP_GATEWAY_ALLOWED_CALLERS, value: {{ join "," . | quote }} }
{{- end }}
{{- if eq .Values.auth.mode "oidc" }}
- { name: AUTH_MODE, value: oidc }
- { name: OIDC_ISSUERS, value: {{ .Values.auth.oidc.issuers | toJson | quote }} }
{{- if .Values.auth.oidc.introspectionSecret.existingSecret }}
- { name: OIDC_INTROSPECTION_SECRET_FILE, value: /etc/mcp-gateway/introspection/secret }
{{- end }}
{{- else if eq .Values.auth.mode "entra" }}
- { name: AUTH_MODE, value: entra }
{{ include "mcp-gateway.entraVariables" .Values.auth.entra }}
{{- else if .Values.signIn.development }}
- { name: MCP_GATEWAY_DEVELOPMENT_SIGN_IN, value: {{ .Values.signIn.development }} }
{{- end }}
{{- with include "mcp-gateway.publicUrl" . }}
- { name: MCP_GATEWAY_PUBLIC_URL, value: {{ . | quote }} }
{{- end }}
{{- if .Values.auth.apiKeys.existingSecret }}
- { name: MCP_GATEWAY_API_KEY_PEPPERS_FILE, value: /etc/mcp-gateway/api-keys/peppers }
{{- end }}
{{- if include "mcp-gateway.hasInternalSecret" . }}
- { name: MCP_GATEWAY_INTERNAL_SECRETS_FILE, value: /etc/mcp-gateway/internal/secrets }
{{- end }}
{{- end -}}

{{/* Sign-in with Entra ID. The context is auth.entra. */}}
{{- define "mcp-gateway.entraVariables" -}}
- { name: ENTRA_TENANT_IDS, value: {{ join "," .tenantIds | quote }} }
- { name: ENTRA_CLIENT_ID, value: {{ .clientId | quote }} }
- { name: ENTRA_CLOUD, value: {{ .cloud }} }
{{- with .appIdUri }}
- { name: ENTRA_APP_ID_URI, value: {{ . | quote }} }
{{- end }}
{{- with .audiences }}
- { name: ENTRA_AUDIENCES, value: {{ join "," . | quote }} }
{{- end }}
{{- with .scopes }}
- { name: ENTRA_SCOPES, value: {{ join "," . | quote }} }
{{- end }}
{{- with .roleClaims }}
- { name: ENTRA_ROLE_CLAIMS, value: {{ join "," . | quote }} }
{{- end }}
{{- with .roleMapping }}
- { name: ENTRA_ROLE_MAPPING, value: {{ toJson . | quote }} }
{{- end }}
{{- end -}}

{{/* The URL under which clients reach the gateway; empty if relative references work. */}}
{{- define "mcp-gateway.publicUrl" -}}
{{- $paths := list -}}
{{- if .Values.ingress.enabled }}{{ $paths = append $paths .Values.ingress.path }}{{ end -}}
{{- if .Values.httpRoute.enabled }}{{ $paths = append $paths .Values.httpRoute.path }}{{ end -}}
{{- if .Values.publicUrl -}}
{{- .Values.publicUrl -}}
{{- else if gt (len (uniq $paths)) 1 -}}
{{- fail (printf "ingress.path is %s and httpRoute.path is %s: the gateway can give clients one path only; use the same path, or set publicUrl" .Values.ingress.path .Values.httpRoute.path) -}}
{{- else -}}
{{- /* A pattern for the Ingress controller is not a path that references could have. */ -}}
{{- range uniq $paths }}{{ if regexMatch "^(/[A-Za-z0-9_.~-]+)+/?$" . }}{{ trimSuffix "/" . }}{{ end }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* The given names and all DNS names of a Service of the release, separated by commas. (list $ service names) */}}
{{- define "mcp-gateway.hosts" -}}
{{- $root := index . 0 -}}
{{- $short := index . 1 -}}
{{- $full := printf "%s.%s" $short $root.Release.Namespace -}}
{{- concat (index . 2) (list $short $full (printf "%s.svc" $full) (printf "%s.svc.cluster.local" $full)) | join "," -}}
{{- end -}}

{{/* The ConfigMap with settings of the sign-in, if there is one. Fails if the values do not choose a sign-in. */}}
{{- define "mcp-gateway.signIn" -}}
{{- if eq .Values.auth.mode "oidc" -}}
{{- if not .Values.auth.oidc.issuers -}}
{{- fail "auth.mode=oidc needs auth.oidc.issuers: a list of objects with an issuer and its audiences" -}}
{{- end -}}
{{- $introspects := false -}}
{{- range .Values.auth.oidc.issuers }}{{ if .introspection }}{{ $introspects = true }}{{ end }}{{ end -}}
{{- if ne $introspects (not (empty .Values.auth.oidc.introspectionSecret.existingSecret)) -}}
{{- fail "introspection of an issuer and auth.oidc.introspectionSecret.existingSecret need each other: set both, or none" -}}
{{- end -}}
{{- else if .Values.auth.oidc.issuers -}}
{{- fail (printf "auth.oidc.issuers is set, but auth.mode is %s, so the gateway would not accept their tokens; set auth.mode=oidc, or remove the issuers" .Values.auth.mode) -}}
{{- else if eq .Values.auth.mode "entra" -}}
{{- if not (and .Values.auth.entra.tenantIds .Values.auth.entra.clientId) -}}
{{- fail "auth.mode=entra needs auth.entra.tenantIds and auth.entra.clientId: the tenants whose callers may sign in, and the gateway's app registration" -}}
{{- end -}}
{{- else if or .Values.auth.entra.tenantIds .Values.auth.entra.clientId -}}
{{- fail (printf "auth.entra is set, but auth.mode is %s, so the gateway would check no tokens of Entra ID; set auth.mode=entra, or remove it" .Values.auth.mode) -}}
{{- else if not (or .Values.signIn.development .Values.signIn.configMap) -}}
{{- fail "a sign-in is needed: auth.mode=entra with auth.entra, or auth.mode=oidc with auth.oidc.issuers. Or development sign-in, with which anyone who reaches the gateway can be any user, administrators included. If that is acceptable: --set signIn.development=allow-from-network" -}}
{{- end -}}
{{- with .Values.signIn.configMap -}}
envFrom:
  - configMapRef: { name: {{ . | quote }} }
{{- end -}}
{{- end -}}

{{- define "mcp-gateway.databaseVariable" -}}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef: {{ include "mcp-gateway.databaseSecret" . }}
{{- end -}}

{{/* Variables of the services that connect to remote adapters. */}}
{{- define "mcp-gateway.remoteVariables" -}}
{{- with .Values.remoteAdapters.allowedNetworks -}}
- { name: MCP_GATEWAY_REMOTE_ALLOWED_NETWORKS, value: {{ join "," . | quote }} }
{{- end -}}
{{- end -}}

{{/* Variables of the services that use the Kubernetes API. */}}
{{- define "mcp-gateway.clusterVariables" -}}
- { name: RUNTIME, value: kubernetes }
- { name: NAMESPACE, value: {{ include "mcp-gateway.adapterNamespace" . | quote }} }
- { name: GATEWAY_NAME, value: {{ include "mcp-gateway.fullname" . | quote }} }
{{- end -}}

{{- define "mcp-gateway.adapterNamespace" -}}
{{- if eq .Values.adapters.namespace .Release.Namespace -}}
{{- fail (printf "adapters.namespace must not be %s, the namespace of the release: adapters can name Secrets of their namespace, and this one has the gateway's" .Release.Namespace) -}}
{{- end -}}
{{- .Values.adapters.namespace -}}
{{- end -}}
