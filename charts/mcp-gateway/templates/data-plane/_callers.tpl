{{/* Peers that may reach the gateway: those of the values, else all pods except those of adapters. */}}
{{- define "mcp-gateway.gatewayPeers" -}}
{{- with .Values.networkPolicy.gatewayFrom -}}
{{ toYaml . }}
# helm test
- podSelector:
    matchLabels:
      {{- include "mcp-gateway.selector" (list $ "test") | nindent 6 }}
{{- else -}}
- namespaceSelector:
    matchExpressions:
      - { key: kubernetes.io/metadata.name, operator: NotIn, values: [{{ include "mcp-gateway.adapterNamespace" . | quote }}] }
{{- if or .Values.ingress.enabled .Values.httpRoute.enabled (ne .Values.dataPlane.service.type "ClusterIP") }}
# Traffic from outside may come from an address that is not a pod's. Some networks count pods among addresses.
{{- range $cidr, $isOfKind := dict "0.0.0.0/0" "^[^:]+$" "::/0" ":" }}
- ipBlock:
    cidr: {{ $cidr | quote }}
    {{- $except := list }}
    {{- range $.Values.networkPolicy.podCIDRs }}
    {{- if regexMatch $isOfKind . }}
    {{- $except = append $except . }}
    {{- end }}
    {{- end }}
    {{- with $except }}
    except: {{ toJson . }}
    {{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.adapters.allowedCallers }}
- namespaceSelector:
    matchLabels:
      kubernetes.io/metadata.name: {{ include "mcp-gateway.adapterNamespace" $ | quote }}
  podSelector:
    matchLabels:
      mcp-gateway.io/gateway: {{ include "mcp-gateway.fullname" $ | quote }}
      mcp-gateway.io/kind: adapter
    matchExpressions:
      - { key: mcp-gateway.io/name, operator: In, values: {{ toJson . }} }
{{- end }}
{{- end -}}
