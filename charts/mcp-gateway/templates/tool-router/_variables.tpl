{{- define "mcp-gateway.toolRouterVariables" -}}
- { name: MCP_GATEWAY_HOST, value: "::" }
- { name: PORT, value: "8000" }
{{ include "mcp-gateway.sharedVariables" . }}
{{ include "mcp-gateway.pathToControlPlane" . }}
- { name: MCP_GATEWAY_INTERNAL_SECRETS_FILE, value: /etc/mcp-gateway/internal/secrets }
- { name: MCP_GATEWAY_ANNOUNCED_HOST, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
- { name: MCP_GATEWAY_DRAIN_SECONDS, value: {{ .Values.toolRouter.drainSeconds | int64 | quote }} }
- { name: MCP_GATEWAY_MAX_BODY_BYTES, value: {{ .Values.dataPlane.maxBodyBytes | int64 | quote }} }
- { name: MCP_GATEWAY_UPSTREAM_TIMEOUT_SECONDS, value: {{ .Values.dataPlane.upstreamTimeoutSeconds | int64 | quote }} }
{{- with include "mcp-gateway.remoteVariables" . }}
{{ . }}
{{- end }}
{{- end -}}
