{{/* Variables that tell the worker how to run adapters. */}}
{{- define "mcp-gateway.adapterVariables" -}}
{{- with .Values.adapters -}}
- { name: IMAGE_REGISTRY, value: {{ default $.Values.image.registry .imageRegistry | quote }} }
- { name: IMAGE_PULL_POLICY, value: {{ .imagePullPolicy }} }
- { name: KUBERNETES_QPS, value: {{ $.Values.worker.kubernetesQps | quote }} }
# Only the gateway's pods, which are in this namespace, may reach a replica.
- { name: ADAPTER_CALLER_NAMESPACE, value: {{ $.Release.Namespace | quote }} }
- { name: ADAPTER_RESOURCES, value: {{ include "mcp-gateway.adapterResources" $ | quote }} }
- { name: ADAPTER_RUN_AS_USER, value: {{ .runAsUser | int64 | quote }} }
# Shows whether pods have IPv4 or IPv6 addresses, and so on which address replicas must listen.
- { name: POD_IP, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
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
{{- range $name, $json := dict "ADAPTER_POD_LABELS" .podLabels "ADAPTER_POD_ANNOTATIONS" .podAnnotations "ADAPTER_NODE_SELECTOR" .nodeSelector "ADAPTER_TOLERATIONS" .tolerations }}
{{- with $json }}
- { name: {{ $name }}, value: {{ toJson . | quote }} }
{{- end }}
{{- end }}
{{- range $name, $class := dict "ADAPTER_PRIORITY_CLASS" .priorityClassName "ADAPTER_RUNTIME_CLASS" .runtimeClassName }}
{{- with $class }}
- { name: {{ $name }}, value: {{ . | quote }} }
{{- end }}
{{- end }}
{{- with .workloadIdentity.serviceAccount }}
- { name: WORKLOAD_IDENTITY_SERVICE_ACCOUNT, value: {{ . | quote }} }
{{- end }}
{{- end -}}
{{- end -}}
