{{/* Variables for metrics. Metrics name adapters, so they have a port that callers do not reach. */}}
{{- define "mcp-gateway.metricsVariables" -}}
{{- if .Values.metrics.enabled -}}
- { name: MCP_GATEWAY_METRICS_HOST, value: "::" }
- { name: MCP_GATEWAY_METRICS_PORT, value: "9464" }
{{- end -}}
{{- end -}}

{{/* The rule of a NetworkPolicy that says which peers may read metrics. */}}
{{- define "mcp-gateway.metricsIngress" -}}
{{- if .Values.metrics.enabled -}}
- ports: [{ port: metrics }]
  from:
    {{- with .Values.networkPolicy.metricsFrom }}
    {{- toYaml . | nindent 4 }}
    {{- else }}
    # All pods except those of adapters, which must not learn the names of other adapters.
    - namespaceSelector:
        matchExpressions:
          - { key: kubernetes.io/metadata.name, operator: NotIn, values: [{{ include "mcp-gateway.adapterNamespace" . | quote }}] }
    {{- end }}
{{- end -}}
{{- end -}}
