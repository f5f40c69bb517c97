{{/* A PodDisruptionBudget, for two replicas or more. (list $ component replicas) */}}
{{- define "mcp-gateway.disruptionBudget" -}}
{{- if gt (int (index . 2)) 1 -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "mcp-gateway.metadata" . | nindent 2 }}
spec:
  maxUnavailable: 1
  # Pods that are not ready serve no one, so they must not block the drain of a node.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "mcp-gateway.selector" . | nindent 6 }}
{{- end -}}
{{- end -}}
