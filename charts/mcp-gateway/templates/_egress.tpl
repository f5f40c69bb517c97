{{- define "mcp-gateway.policyTypes" -}}
{{- ternary "[Ingress]" "[Ingress, Egress]" (kindIs "invalid" .Values.networkPolicy.egress) -}}
{{- end -}}

{{/* What a component may reach: those of the values, DNS and, for data plane and tool router, replicas and the services that they call. (list $ component) */}}
{{- define "mcp-gateway.egress" -}}
{{- $root := index . 0 -}}
{{- if not (kindIs "invalid" $root.Values.networkPolicy.egress) -}}
- ports: [{ port: 53, protocol: UDP }, { port: 53, protocol: TCP }]
{{- if has (index . 1) (list "data-plane" "tool-router") }}
- to:
    - podSelector:
        matchLabels:
          {{- include "mcp-gateway.selector" (list $root "control-plane") | nindent 10 }}
    {{- if $root.Values.toolRouter.enabled }}
    - podSelector:
        matchLabels:
          {{- include "mcp-gateway.selector" (list $root "tool-router") | nindent 10 }}
    {{- end }}
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ include "mcp-gateway.adapterNamespace" $root | quote }}
      podSelector:
        matchLabels:
          mcp-gateway.io/gateway: {{ include "mcp-gateway.fullname" $root | quote }}
{{- end }}
{{- with $root.Values.networkPolicy.egress }}
{{ toYaml . }}
{{- end }}
{{- end -}}
{{- end -}}
