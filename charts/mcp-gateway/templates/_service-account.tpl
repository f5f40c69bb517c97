{{/* Only pods that ask for it get a token. (list $ component component-values) */}}
{{- define "mcp-gateway.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "mcp-gateway.metadata" . | nindent 2 }}
  {{- with (index . 2).serviceAccountAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end -}}

{{/* Binds the Role of a component, in the adapters' namespace, to its account. (list $ component) */}}
{{- define "mcp-gateway.roleBinding" -}}
{{- $root := index . 0 -}}
{{- $name := printf "%s-%s" (include "mcp-gateway.fullname" $root) (index . 1) -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  {{- include "mcp-gateway.adapterMetadata" . | nindent 2 }}
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{ $name }} }
subjects:
  - { kind: ServiceAccount, name: {{ $name }}, namespace: {{ $root.Release.Namespace | quote }} }
{{- end -}}

{{/* (list $ component) */}}
{{- define "mcp-gateway.adapterMetadata" -}}
{{- $root := index . 0 -}}
name: {{ include "mcp-gateway.fullname" $root }}-{{ index . 1 }}
namespace: {{ include "mcp-gateway.adapterNamespace" $root | quote }}
labels:
  {{- include "mcp-gateway.labels" . | nindent 2 }}
{{- end -}}
