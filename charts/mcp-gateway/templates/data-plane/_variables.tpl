{{/* Where a data plane or a tool router finds the control plane, and the certificate that it shows there. */}}
{{- define "mcp-gateway.pathToControlPlane" -}}
- { name: CONTROL_PLANE_URL, value: "{{ ternary "https" "http" (ne .Values.internalTls.dataPlaneSecret "") }}://{{ include "mcp-gateway.fullname" . }}-control-plane:8000" }
{{- if .Values.internalTls.dataPlaneSecret }}
- { name: CONTROL_PLANE_CA_FILE, value: /etc/mcp-gateway/internal-tls/ca.crt }
- { name: CONTROL_PLANE_CLIENT_CERT_FILE, value: /etc/mcp-gateway/internal-tls/tls.crt }
- { name: CONTROL_PLANE_CLIENT_KEY_FILE, value: /etc/mcp-gateway/internal-tls/tls.key }
{{- end }}
{{- end -}}

{{- define "mcp-gateway.dataPlaneVariables" -}}
{{ include "mcp-gateway.sharedVariables" . }}
{{ include "mcp-gateway.callerVariables" . }}
{{- with .Values.allowedHosts }}
- { name: MCP_GATEWAY_ALLOWED_HOSTS, value: {{ include "mcp-gateway.hosts" (list $ (include "mcp-gateway.fullname" $) .) | quote }} }
{{- end }}
{{ include "mcp-gateway.pathToControlPlane" . }}
- { name: MCP_GATEWAY_MAX_BODY_BYTES, value: {{ .Values.dataPlane.maxBodyBytes | int64 | quote }} }
- { name: MCP_GATEWAY_UPSTREAM_TIMEOUT_SECONDS, value: {{ .Values.dataPlane.upstreamTimeoutSeconds | int64 | quote }} }
- { name: MCP_GATEWAY_QUOTA_WITHOUT_REDIS, value: {{ .Values.dataPlane.quotaWithoutRedis | quote }} }
{{- with .Values.trustedProxies }}
- { name: MCP_GATEWAY_TRUSTED_PROXIES, value: {{ join "," . | quote }} }
{{- end }}
{{- with include "mcp-gateway.remoteVariables" . }}
{{ . }}
{{- end }}
{{ include "mcp-gateway.sessionVariables" . }}
{{- with include "mcp-gateway.wireVariables" . }}
{{ . }}
{{- end }}
# A file, so that the data plane notices changes of the Secret.
- { name: MCP_GATEWAY_SESSION_KEYS_FILE, value: /etc/mcp-gateway/session-keys/keys }
{{- if .Values.identityKeys.existingSecret }}
{{- if not (hasPrefix "http" .Values.publicUrl) }}
{{- fail "identityKeys needs publicUrl with a host, such as https://tools.example.com: it is the issuer of the tokens" }}
{{- end }}
- { name: MCP_GATEWAY_IDENTITY_KEYS_FILE, value: /etc/mcp-gateway/identity-keys/keys }
{{- end }}
{{- end -}}

{{/* Variables with the bounds of sessions. */}}
{{- define "mcp-gateway.sessionVariables" -}}
{{- with .Values.dataPlane.sessions -}}
- { name: MCP_GATEWAY_SESSION_IDLE_SECONDS, value: {{ .idleSeconds | int64 | quote }} }
- { name: MCP_GATEWAY_SESSION_MAX_AGE_SECONDS, value: {{ .maxAgeSeconds | int64 | quote }} }
- { name: MCP_GATEWAY_SESSIONS_PER_ADAPTER, value: {{ .perAdapter | int64 | quote }} }
- { name: MCP_GATEWAY_SESSIONS_PER_CALLER, value: {{ .perCaller | int64 | quote }} }
- { name: MCP_GATEWAY_SESSION_CACHE_BYTES, value: {{ .cacheBytes | int64 | quote }} }
{{- end -}}
{{- end -}}

{{/* The URL scheme of the data plane's port. */}}
{{- define "mcp-gateway.wireVariables" -}}
{{- if .Values.dataPlane.tls.existingSecret -}}
- { name: MCP_GATEWAY_TLS_CERT_FILE, value: /etc/mcp-gateway/tls/tls.crt }
- { name: MCP_GATEWAY_TLS_KEY_FILE, value: /etc/mcp-gateway/tls/tls.key }
{{- else if .Values.dataPlane.http2Cleartext -}}
- { name: MCP_GATEWAY_HTTP2_CLEARTEXT, value: "on" }
{{- end -}}
{{- end -}}

{{- define "mcp-gateway.scheme" -}}
{{- ternary "https" "http" (ne .Values.dataPlane.tls.existingSecret "") -}}
{{- end -}}

{{/* The appProtocol of the Service, which Gateways and meshes read. */}}
{{- define "mcp-gateway.appProtocol" -}}
{{- if .Values.dataPlane.tls.existingSecret -}}https
{{- else if .Values.dataPlane.http2Cleartext -}}kubernetes.io/h2c
{{- else -}}http
{{- end -}}
{{- end -}}
