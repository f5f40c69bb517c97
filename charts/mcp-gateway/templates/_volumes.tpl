{{/* The Secret that a component serves TLS with, or nothing: the others speak to the data plane and the kubelet only. (list $ component) */}}
{{- define "mcp-gateway.tlsSecret" -}}
{{- if eq (index . 1) "data-plane" -}}
{{- (index . 0).Values.dataPlane.tls.existingSecret -}}
{{- end -}}
{{- end -}}

{{/* (list $ component component-values) */}}
{{- define "mcp-gateway.volumes" -}}
{{- $secret := include "mcp-gateway.tlsSecret" . -}}
{{- $extra := (index . 2).extraVolumes -}}
{{- range $extra -}}
{{- if and $secret (eq .name "tls") -}}
{{- fail "dataPlane.extraVolumes must not have one with the name tls: that is the certificate of dataPlane.tls.existingSecret" -}}
{{- end -}}
{{- end -}}
{{- if or $secret $extra -}}
volumes:
  {{- with $secret }}
  - { name: tls, secret: { secretName: {{ . | quote }} } }
  {{- end }}
  {{- with $extra }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
{{- end -}}

{{/* (list $ component component-values) */}}
{{- define "mcp-gateway.volumeMounts" -}}
{{- $secret := include "mcp-gateway.tlsSecret" . -}}
{{- $extra := (index . 2).extraVolumeMounts -}}
{{- if or $secret $extra -}}
volumeMounts:
  {{- if $secret }}
  - { name: tls, mountPath: /etc/mcp-gateway/tls, readOnly: true }
  {{- end }}
  {{- with $extra }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
{{- end -}}
