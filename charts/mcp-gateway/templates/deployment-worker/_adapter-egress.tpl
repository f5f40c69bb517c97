{{/* Egress rules of a NetworkPolicy, as JSON. */}}
{{- define "mcp-gateway.adapterEgress" -}}
{{- range .Values.adapters.egress -}}
{{- range .ports -}}
{{- if and .endPort (lt (int64 .endPort) (int64 .port)) -}}
{{- fail (printf "adapters.egress has a range of ports from %d to %d: endPort must not be less than port" (int64 .port) (int64 .endPort)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson .Values.adapters.egress -}}
{{- end -}}
