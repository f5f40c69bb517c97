{{- define "mcp-gateway.controlPlaneVariables" -}}
{{ include "mcp-gateway.sharedVariables" . }}
{{ include "mcp-gateway.callerVariables" . }}
{{- if .Values.allowedHosts }}
# Only data planes call the control plane.
- { name: MCP_GATEWAY_ALLOWED_HOSTS, value: {{ include "mcp-gateway.hosts" (list $ (printf "%s-control-plane" (include "mcp-gateway.fullname" $)) list) | quote }} }
{{- end }}
{{- if .Values.internalTls.controlPlaneSecret }}
- { name: MCP_GATEWAY_TLS_CERT_FILE, value: /etc/mcp-gateway/internal-tls/tls.crt }
- { name: MCP_GATEWAY_TLS_KEY_FILE, value: /etc/mcp-gateway/internal-tls/tls.key }
- { name: MCP_GATEWAY_TLS_CLIENT_CA_FILE, value: /etc/mcp-gateway/internal-tls/ca.crt }
{{- end }}
{{ include "mcp-gateway.databaseVariable" . }}
{{ include "mcp-gateway.clusterVariables" . }}
{{- if .Values.auth.apiKeys.existingSecret }}
- { name: MCP_GATEWAY_API_KEY_MAX_DAYS, value: {{ .Values.auth.apiKeys.maxDays | int64 | quote }} }
{{- end }}
{{- if .Values.credentials.secrets }}
- { name: MCP_GATEWAY_CREDENTIALS_DIR, value: /etc/mcp-gateway/credentials }
{{- end }}
{{- with .Values.adapters.workloadIdentity.roles }}
- { name: WORKLOAD_IDENTITY_ROLES, value: {{ join "," . | quote }} }
{{- end }}
{{- end -}}
