{{/* The Service of a trial database, and the NetworkPolicy that admits the release. (list $ component port) */}}
{{- define "mcp-gateway.trialService" -}}
{{- $root := index . 0 -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "mcp-gateway.metadata" . | nindent 2 }}
spec:
  ipFamilyPolicy: PreferDualStack
  selector:
    {{- include "mcp-gateway.selector" . | nindent 4 }}
  ports:
    - { name: {{ index . 1 }}, port: {{ index . 2 }}, targetPort: {{ index . 2 }} }
{{- if $root.Values.networkPolicy.enabled }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "mcp-gateway.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "mcp-gateway.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    - ports: [{ port: {{ index . 2 }} }]
      from:
        - podSelector:
            matchLabels:
              app.kubernetes.io/name: mcp-gateway
              app.kubernetes.io/instance: {{ $root.Release.Name | quote }}
{{- end }}
{{- end -}}

{{/* (list $ component trial-values) */}}
{{- define "mcp-gateway.trialMetadata" -}}
{{- include "mcp-gateway.metadata" . }}
annotations:
  mcp-gateway.io/trial: One pod without backups. For what matters, bring your own and set its URL.
{{- end -}}
