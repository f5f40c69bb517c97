{{/*
The prefix of the names of all objects of this release. It is short, because "-deployment-worker" and more is appended and names of
Services stop at 63 characters. They also have no dots and, before Kubernetes 1.36, begin with a letter, unlike names of releases.
*/}}
{{- define "mcp-gateway.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $release := replace "." "-" .Release.Name -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if regexMatch "^[0-9]" $release -}}
{{- printf "%s-%s" $name $release | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name $release -}}
{{- $release | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" $release $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* (list $ component) */}}
{{- define "mcp-gateway.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: mcp-gateway
app.kubernetes.io/instance: {{ $root.Release.Name | quote }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* (list $ component) */}}
{{- define "mcp-gateway.labels" -}}
{{- $root := index . 0 -}}
{{ include "mcp-gateway.selector" . }}
app.kubernetes.io/part-of: mcp-gateway
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* Name, namespace and labels of an object of which a component has one. (list $ component) */}}
{{- define "mcp-gateway.metadata" -}}
{{- $root := index . 0 -}}
name: {{ include "mcp-gateway.fullname" $root }}-{{ index . 1 }}
namespace: {{ $root.Release.Namespace | quote }}
labels:
  {{- include "mcp-gateway.labels" . | nindent 2 }}
{{- end -}}

{{/* (list $ image) */}}
{{- define "mcp-gateway.image" -}}
{{- $root := index . 0 -}}
{{- $registry := required "image.registry is needed: the registry of the services' images, such as ghcr.io/example/mcp-gateway. A published chart contains its own; from a clone use --set image.registry=…, as docs/helm.md describes" $root.Values.image.registry -}}
{{ $registry }}/{{ index . 1 }}:{{ default $root.Chart.AppVersion $root.Values.image.tag }}
{{- end -}}
