{{/* The Secret with the TLS certificate of the data plane; empty for the others, which serve only it and the kubelet. (list $ component) */}}
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
{{- fail "dataPlane.extraVolumes must not contain a volume with the name tls: the certificate of dataPlane.tls.existingSecret has it" -}}
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
