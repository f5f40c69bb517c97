{{/* The Secret with the TLS certificate of the data plane; empty for the others, which serve only it and the kubelet. (list $ component) */}}
{{- define "mcp-gateway.tlsSecret" -}}
{{- if eq (index . 1) "data-plane" -}}
{{- (index . 0).Values.dataPlane.tls.existingSecret -}}
{{- end -}}
{{- end -}}

{{/* The Secret with the certificate of a component for the TLS with the control plane; empty without. (list $ component) */}}
{{- define "mcp-gateway.internalTlsSecret" -}}
{{- with (index . 0).Values.internalTls -}}
{{- if ne (empty .controlPlaneSecret) (empty .dataPlaneSecret) -}}
{{- fail "internalTls needs both controlPlaneSecret and dataPlaneSecret, or none of them" -}}
{{- end -}}
{{- get (dict "control-plane" .controlPlaneSecret "data-plane" .dataPlaneSecret "tool-router" .dataPlaneSecret) (index $ 1) -}}
{{- end -}}
{{- end -}}

{{/* Volumes of the chart itself, as a YAML list of volume and mountPath. Secrets are whole folders, so that changes arrive. (list $ component) */}}
{{- define "mcp-gateway.ownVolumes" -}}
{{- with include "mcp-gateway.tlsSecret" . }}
- { mountPath: /etc/mcp-gateway/tls, volume: { name: tls, secret: { secretName: {{ . | quote }} } } }
{{- end }}
{{- with include "mcp-gateway.internalTlsSecret" . }}
- { mountPath: /etc/mcp-gateway/internal-tls, volume: { name: internal-tls, secret: { secretName: {{ . | quote }} } } }
{{- end }}
{{- if eq (index . 1) "data-plane" }}
{{- $secret := include "mcp-gateway.sessionKeysSecret" (index . 0) | fromYaml }}
- mountPath: /etc/mcp-gateway/session-keys
  volume: { name: session-keys, secret: { secretName: {{ $secret.name | quote }}, items: [{ key: {{ $secret.key | quote }}, path: keys }] } }
{{- with (index . 0).Values.identityKeys }}
{{- if .existingSecret }}
- mountPath: /etc/mcp-gateway/identity-keys
  volume: { name: identity-keys, secret: { secretName: {{ .existingSecret | quote }}, items: [{ key: {{ .existingSecretKey | quote }}, path: keys }] } }
{{- end }}
{{- end }}
{{- end }}
{{- $credentials := (index . 0).Values.credentials.secrets }}
{{- if and (include "mcp-gateway.hasInternalSecret" (index . 0)) (has (index . 1) (list "data-plane" "control-plane" "tool-router")) }}
{{- $secret := include "mcp-gateway.internalSecret" (index . 0) | fromYaml }}
- mountPath: /etc/mcp-gateway/internal
  volume: { name: internal, secret: { secretName: {{ $secret.name | quote }}, items: [{ key: {{ $secret.key | quote }}, path: secrets }] } }
{{- end }}
{{- if eq (index . 1) "control-plane" }}
{{- range $credentials }}
- mountPath: /etc/mcp-gateway/credentials/{{ .name }}
  volume: { name: credential-{{ .name }}, secret: { secretName: {{ .secret | quote }} } }
{{- end }}
{{- end }}
{{- if has (index . 1) (list "data-plane" "control-plane") }}
{{- if eq (index . 0).Values.auth.mode "oidc" }}
{{- with (index . 0).Values.auth.oidc.introspectionSecret }}
{{- if .existingSecret }}
- mountPath: /etc/mcp-gateway/introspection
  volume: { name: introspection, secret: { secretName: {{ .existingSecret | quote }}, items: [{ key: {{ .existingSecretKey | quote }}, path: secret }] } }
{{- end }}
{{- end }}
{{- end }}
{{- with (index . 0).Values.auth.apiKeys }}
{{- if .existingSecret }}
- mountPath: /etc/mcp-gateway/api-keys
  volume: { name: api-keys, secret: { secretName: {{ .existingSecret | quote }}, items: [{ key: {{ .existingSecretKey | quote }}, path: peppers }] } }
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* (list $ component component-values) */}}
{{- define "mcp-gateway.volumes" -}}
{{- $own := include "mcp-gateway.ownVolumes" . | fromYamlArray -}}
{{- $extra := (index . 2).extraVolumes -}}
{{- range $extra -}}
{{- $name := .name -}}
{{- range $own -}}
{{- if eq .volume.name $name -}}
{{- fail (printf "%s.extraVolumes must not contain a volume with the name %s: the chart has a volume of that name" (camelcase (index $ 1) | untitle) $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if or $own $extra -}}
volumes:
  {{- range $own }}
  - {{ toYaml .volume | nindent 4 | trim }}
  {{- end }}
  {{- with $extra }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
{{- end -}}

{{/* (list $ component component-values) */}}
{{- define "mcp-gateway.volumeMounts" -}}
{{- $own := include "mcp-gateway.ownVolumes" . | fromYamlArray -}}
{{- $extra := (index . 2).extraVolumeMounts -}}
{{- if or $own $extra -}}
volumeMounts:
  {{- range $own }}
  - { name: {{ .volume.name }}, mountPath: {{ .mountPath }}, readOnly: true }
  {{- end }}
  {{- with $extra }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
{{- end -}}
