{{- define "mcp-gateway.workerVariables" -}}
- { name: MCP_GATEWAY_HOST, value: "::" }
- { name: PORT, value: "8000" }
{{ include "mcp-gateway.sharedVariables" . }}
{{ include "mcp-gateway.databaseVariable" . }}
{{ include "mcp-gateway.clusterVariables" . }}
{{ include "mcp-gateway.adapterVariables" . }}
{{- with include "mcp-gateway.remoteVariables" . }}
{{ . }}
{{- end }}
{{- end -}}
