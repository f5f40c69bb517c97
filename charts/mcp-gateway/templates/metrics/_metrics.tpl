{{/* Where services have their metrics: not on the port for callers, for they name adapters. */}}
{{- define "mcp-gateway.metricsVariables" -}}
{{- if .Values.metrics.enabled -}}
- { name: MCP_GATEWAY_METRICS_HOST, value: "::" }
- { name: MCP_GATEWAY_METRICS_PORT, value: "9464" }
{{- end -}}
{{- end -}}

{{/* Who may read them. A rule of a NetworkPolicy. */}}
{{- define "mcp-gateway.metricsIngress" -}}
{{- if .Values.metrics.enabled -}}
- ports: [{ port: metrics }]
  from:
    {{- with .Values.networkPolicy.metricsFrom }}
    {{- toYaml . | nindent 4 }}
    {{- else }}
    # Not the adapters: what the others are called is not their business.
    - namespaceSelector:
        matchExpressions:
          - { key: kubernetes.io/metadata.name, operator: NotIn, values: [{{ include "mcp-gateway.adapterNamespace" . | quote }}] }
    {{- end }}
{{- end -}}
{{- end -}}
