{{/* How the worker runs adapters. */}}
{{- define "mcp-gateway.adapterVariables" -}}
{{- with .Values.adapters -}}
- { name: IMAGE_REGISTRY, value: {{ default $.Values.image.registry .imageRegistry | quote }} }
- { name: IMAGE_PULL_POLICY, value: {{ .imagePullPolicy }} }
- { name: KUBERNETES_QPS, value: {{ $.Values.worker.kubernetesQps | quote }} }
# The gateway's pods are here; nobody else may reach a replica.
- { name: ADAPTER_CALLER_NAMESPACE, value: {{ $.Release.Namespace | quote }} }
- { name: ADAPTER_RESOURCES, value: {{ include "mcp-gateway.adapterResources" $ | quote }} }
- { name: ADAPTER_RUN_AS_USER, value: {{ .runAsUser | int64 | quote }} }
- { name: ADAPTER_TMP_SIZE, value: {{ .tmpSize }} }
- { name: ADAPTER_DRAIN_SECONDS, value: {{ .drainSeconds | quote }} }
{{- if not (kindIs "invalid" .egress) }}
- { name: ADAPTER_EGRESS, value: {{ include "mcp-gateway.adapterEgress" $ | quote }} }
{{- end }}
{{- range $name, $list := dict "ALLOWED_IMAGES" .allowedImages "ALLOWED_SECRETS" .allowedSecrets "IMAGE_PULL_SECRETS" .imagePullSecrets "AUTOSCALED_ADAPTERS" .autoscaled }}
{{- with $list }}
- { name: {{ $name }}, value: {{ join "," . | quote }} }
{{- end }}
{{- end }}
{{- with .workloadIdentity.serviceAccount }}
- { name: WORKLOAD_IDENTITY_SERVICE_ACCOUNT, value: {{ . | quote }} }
{{- end }}
{{- end -}}
{{- end -}}
