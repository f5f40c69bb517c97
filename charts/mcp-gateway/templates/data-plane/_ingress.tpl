{{/* Annotations of the Ingress. Empty ones exceed the limits of the data plane, so that the data plane's limits apply. */}}
{{- define "mcp-gateway.ingressAnnotations" -}}
{{- $limits := .Values.dataPlane -}}
{{- $mebibytes := divf (mulf 2 $limits.maxBodyBytes) 1048576 | ceil | int64 -}}
{{- $own := dict
  "nginx.ingress.kubernetes.io/proxy-body-size" (printf "%dm" (max 8 $mebibytes))
  "nginx.ingress.kubernetes.io/proxy-read-timeout" (max 3600 (add 60 (int64 $limits.upstreamTimeoutSeconds)) | toString)
-}}
{{- $annotations := dict -}}
{{- range $name, $value := .Values.ingress.annotations -}}
{{- $_ := set $annotations $name (default (get $own $name) $value) -}}
{{- end -}}
{{- toYaml $annotations -}}
{{- end -}}
