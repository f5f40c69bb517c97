{{/* A HorizontalPodAutoscaler by CPU, if the values want one. (list $ component component-values value) */}}
{{- define "mcp-gateway.autoscaler" -}}
{{- $parts := . -}}
{{- $root := index . 0 -}}
{{- with (index . 2).autoscaling }}
{{- if .enabled }}
{{- if gt (int64 .minReplicas) (int64 .maxReplicas) }}
{{- fail (printf "%s.autoscaling.minReplicas is %d, which is more than maxReplicas, %d" (index $parts 3) (int64 .minReplicas) (int64 .maxReplicas)) }}
{{- end -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "mcp-gateway.metadata" $parts | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "mcp-gateway.fullname" $root }}-{{ index $parts 1 }}
  minReplicas: {{ .minReplicas }}
  maxReplicas: {{ .maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: { type: Utilization, averageUtilization: {{ .targetCPUUtilizationPercentage }} }
  behavior:
    scaleDown:
      # Open streams break when their pod ends, so pods are removed slowly.
      stabilizationWindowSeconds: 600
      policies: [{ type: Pods, value: 1, periodSeconds: 60 }]
{{- end }}
{{- end }}
{{- end -}}
