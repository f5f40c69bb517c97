{{/* (list $ component replicas) */}}
{{- define "mcp-gateway.disruptionBudget" -}}
{{- if gt (int (index . 2)) 1 -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "mcp-gateway.metadata" . | nindent 2 }}
spec:
  maxUnavailable: 1
  # What is not ready serves nobody, and must not hold up a drain.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "mcp-gateway.selector" . | nindent 6 }}
{{- end -}}
{{- end -}}
