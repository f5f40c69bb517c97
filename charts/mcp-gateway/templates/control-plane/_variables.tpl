{{- define "mcp-gateway.controlPlaneVariables" -}}
{{ include "mcp-gateway.sharedVariables" . }}
{{ include "mcp-gateway.callerVariables" . }}
{{- if .Values.allowedHosts }}
# Only data planes call the control plane.
- { name: MCP_GATEWAY_ALLOWED_HOSTS, value: {{ include "mcp-gateway.hosts" (list $ (printf "%s-control-plane" (include "mcp-gateway.fullname" $)) list) | quote }} }
{{- end }}
{{ include "mcp-gateway.databaseVariable" . }}
{{ include "mcp-gateway.clusterVariables" . }}
{{- if .Values.credentials.secrets }}
- { name: MCP_GATEWAY_CREDENTIALS_DIR, value: /etc/mcp-gateway/credentials }
{{- end }}
{{- with .Values.adapters.workloadIdentity.roles }}
- { name: WORKLOAD_IDENTITY_ROLES, value: {{ join "," . | quote }} }
{{- end }}
{{- end -}}
